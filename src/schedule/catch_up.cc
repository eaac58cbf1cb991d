#include "schedule/catch_up.h"

#include <algorithm>

namespace orrery::schedule {
namespace {

constexpr std::string_view kAll = "all:";

// The first tick that is not earlier than `from`, of those from `due` on.
std::optional<Instant> first_since(const Missed& missed, Instant from, const Zone& zone) {
  if (missed.due >= from) return missed.due;
  return next(missed.schedule, from - Millis(1), zone);
}

}  // namespace

std::optional<CatchUp> parse_catch_up(std::string_view text) {
  if (text == "none") return CatchUp{CatchUp::Kind::None, {}};
  if (text == "latest") return CatchUp{CatchUp::Kind::Latest, {}};
  if (!text.starts_with(kAll)) return std::nullopt;
  const auto window = parse_duration(text.substr(kAll.size()));
  if (!window || *window <= Millis(0)) return std::nullopt;
  return CatchUp{CatchUp::Kind::All, *window};
}

std::string to_text(const CatchUp& policy) {
  switch (policy.kind) {
    case CatchUp::Kind::None:
      return "none";
    case CatchUp::Kind::Latest:
      return "latest";
    case CatchUp::Kind::All:
      return std::string(kAll) + format_duration(policy.window);
  }
  __builtin_unreachable();
}

CatchUp catch_up_of(const TagsByKey& tags, const CatchUp& otherwise) {
  const auto tag = tags.find(std::string(kCatchUpTag));
  if (tag == tags.end()) return otherwise;
  return parse_catch_up(tag->second).value_or(otherwise);
}

Result<> check_catch_up_tag(const TagsByKey& tags) {
  const auto tag = tags.find(std::string(kCatchUpTag));
  if (tag == tags.end() || parse_catch_up(tag->second)) return {};
  return fail(
      api_error("ValidationException", "The value '" + tag->second + "' of the tag " + std::string(kCatchUpTag) +
                                           " is not valid: it is none, latest, or all: and a span of time, such "
                                           "as all:24h."));
}

std::optional<Instant> caught_up(const Missed& missed, const CatchUp& policy, const Zone& zone) {
  const Instant until = missed.end ? std::min(missed.now, *missed.end) : missed.now;
  std::optional<Instant> tick;
  switch (policy.kind) {
    case CatchUp::Kind::None:
      tick = first_since(missed, missed.now - kPunctual, zone);
      break;
    case CatchUp::Kind::Latest:
      return latest(missed.schedule, missed.due, until, zone);
    case CatchUp::Kind::All:
      tick = first_since(missed, missed.now - std::max(policy.window, kPunctual), zone);
      break;
  }
  return tick && *tick <= until ? tick : std::nullopt;
}

}  // namespace orrery::schedule
