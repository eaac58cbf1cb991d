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
// nullopt: point-in-time recovery is off.
std::optional<RecoveryWindow> recovery_window(const Table& table, Instant now);

}  // namespace orrery::dynamodb
