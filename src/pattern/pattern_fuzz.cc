// Any text is either refused with the documented code or matches events without harm, and an index of patterns finds
// what each alone does. The input is a pattern and, after a newline, an event.
#include "base/check.h"
#include "pattern/index.h"
#include "pattern/pattern.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace orrery;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto newline = text.find('\n');
  const auto pattern = pattern::parse_pattern(text.substr(0, newline));
  if (!pattern) {
    CHECK(pattern.error().code == "InvalidEventPatternException");
    return 0;
  }
  static const json::value kEvent = json::parse(
      R"({"source":"aws.ec2","resources":["a","b"],"detail":{"n":5,"x":[{"y":1},{"y":[null,true]}],"ip":"10.0.0.1"}})");
  const pattern::Index index({*pattern});
  CHECK(index.matching(kEvent).empty() != pattern::matches(*pattern, kEvent));
  if (newline != std::string_view::npos) {
    if (const auto event = parse_json(text.substr(newline + 1))) {
      CHECK(index.matching(*event).empty() != pattern::matches(*pattern, *event));
    }
  }
  return 0;
}
