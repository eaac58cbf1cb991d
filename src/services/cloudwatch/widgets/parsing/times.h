// Times as widgets have them. Pure.
#pragma once

#include "base/time.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace orrery::cloudwatch::widgets {

// "2018-04-25T12:00:00.000Z", or a distance from now: "-PT3H", "-P7D", "-P1M" (30 days), "P0D".
std::optional<Instant> parse_moment(std::string_view text, Instant now);

}  // namespace orrery::cloudwatch::widgets
