#include "services/call.h"

#include <algorithm>

namespace orrery {

std::optional<std::string_view> Call::header(std::string_view lower_case_name) const {
  const auto same = [](char sent, char wanted) {
    return (sent >= 'A' && sent <= 'Z' ? sent - 'A' + 'a' : sent) == wanted;
  };
  for (const auto& [name, value] : request_headers) {
    if (std::ranges::equal(name, lower_case_name, same)) return value;
  }
  return std::nullopt;
}

}  // namespace orrery
