// Pattern and message, separated by the first line break.
#include "services/logs/patterns/filter_pattern.h"

#include <algorithm>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(input.find('\n'), input.size());
  const auto pattern = orrery::logs::FilterPattern::parse(input.substr(0, end));
  if (!pattern) return 0;
  const std::string_view message = input.substr(std::min(end + 1, input.size()));
  // What is extracted is of a message that matches.
  if (pattern->extract(message).has_value() != pattern->matches(message)) __builtin_trap();
  return 0;
}
