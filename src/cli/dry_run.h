// `orrery schedules next`: when an expression fires, without a server.
#pragma once

#include "cli/commands.h"
#include "cli/words.h"

namespace orrery::cli {

int show_next(const Surroundings& given, const Words& words);

// What clocks in the zone show, "2026-03-01 17:00" (with seconds where there are any).
std::string local_time(Instant at, const std::string& zone);

}  // namespace orrery::cli
