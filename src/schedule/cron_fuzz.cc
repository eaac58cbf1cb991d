// Any text is either refused with a reason or gives a schedule whose instants advance and are stable.
#include "base/check.h"
#include "schedule/schedule.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace orrery;

namespace {

void check(std::string_view text) {
  const auto schedule = schedule::parse(text);
  CHECK(schedule.ok() == schedule::why_invalid(text).empty());
  if (!schedule) return;
  Instant at = instant_from_ms(1'772'000'000'123);
  for (int i = 0; i < 4; ++i) {
    const auto following = schedule::next(*schedule, at);
    if (!following) return;
    CHECK(*following > at);
    const auto again = schedule::next(*schedule, *following - Millis(1));
    CHECK(again && *again == *following);
    at = *following;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(text);
  if (size < 200) check("cron(" + std::string(text) + ")");
  return 0;
}
