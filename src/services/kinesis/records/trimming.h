// Records whose time is over, and those of streams that are gone, are erased in steps by a timer a stream. Nobody is
// shown them meanwhile.
#pragma once

#include "services/kinesis/kinesis.h"

namespace orrery::kinesis {

inline constexpr std::string_view kTrimTimer = "kinesis.trim";

// Looks after the stream's records from `due` on.
Result<> watch_records(Kinesis& kinesis, Transaction& tx, const StreamRow& stream, Instant due);
// The handler.
Result<> trim_step(Kinesis& kinesis, Transaction& tx, const Timer& timer);

}  // namespace orrery::kinesis
