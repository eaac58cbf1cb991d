// The span of time that a table can be brought back to.
#pragma once

#include "services/dynamodb/backups/operations.h"

#include <optional>

namespace orrery::dynamodb {

// Both ends included. (The service's latest is five minutes ago; here it is now.)
struct RecoveryWindow {
  Instant earliest, latest;
  bool contains(Instant at) const { return earliest <= at && at <= latest; }
};
// nullopt: point-in-time recovery is off. Changes never go back in time (changes/log.h): when the clock was set back,
// the latest is the last change's time.
Result<std::optional<RecoveryWindow>> recovery_window(Reader& reader, const Table& table, Instant now);

}  // namespace orrery::dynamodb
