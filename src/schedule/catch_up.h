// What becomes of ticks that were missed: those whose instant is more than a minute back when their timer is looked at,
// because the server was down, the machine slept or the clock was set forward (docs/decisions/008-ticks.md). One policy
// for EventBridge's rules and EventBridge Scheduler's schedules. Pure functions.
#pragma once

#include "base/result.h"
#include "schedule/schedule.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace orrery::schedule {

struct CatchUp {
  enum class Kind : std::uint8_t {
    None,    // they are gone
    Latest,  // the latest of them runs
    All,     // those that are at most `window` old run, in order
  };
  Kind kind = Kind::Latest;
  Millis window{0};

  bool operator==(const CatchUp&) const = default;
};

// A tick that is this late, or less, counts as on time whatever the policy says: AWS promises no more than the minute.
inline constexpr Millis kPunctual = std::chrono::minutes(1);

// "none", "latest", "all:24h" (any span that `orrery clock advance` takes). nullopt: it is none of them.
std::optional<CatchUp> parse_catch_up(std::string_view text);
std::string to_text(const CatchUp& policy);

inline constexpr std::string_view kCatchUpTag = "orrery:catch-up";
using TagsByKey = std::map<std::string, std::string>;
// The policy that the tags of a rule or a schedule group name; `otherwise`, when they name none.
CatchUp catch_up_of(const TagsByKey& tags, const CatchUp& otherwise);
// ValidationException when the tag's value is no policy.
Result<> check_catch_up_tag(const TagsByKey& tags);

struct Missed {
  const Schedule& schedule;
  Instant due;                      // the tick that the timer was armed for
  Instant now;                      // never earlier
  std::optional<Instant> end = {};  // no tick is later
};
inline bool is_missed(Instant due, Instant now) { return now - due > kPunctual; }
// The tick that runs in the place of the missed one at `due`, that one perhaps; nullopt: none. Those before it are
// gone; of those after it the timer's handler is told again.
std::optional<Instant> caught_up(const Missed& missed, const CatchUp& policy, const Zone& zone = Zone::utc());

}  // namespace orrery::schedule
