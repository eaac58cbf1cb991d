// What a message attribute of type Number may hold, of queues and of topics alike: a topic that took more than a queue
// does would acknowledge messages that its queues refuse.
#pragma once

#include <charconv>
#include <string_view>

namespace orrery {

// "Number attributes can store positive or negative numerical values": no infinity, which from_chars() would read.
inline bool is_attribute_number(std::string_view text) {
  if (text.find_first_not_of("0123456789+-.eE") != std::string_view::npos) return false;
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace orrery
