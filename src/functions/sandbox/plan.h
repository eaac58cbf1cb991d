// Writes plans for the launcher (see plan_format.h).
#pragma once

#include "functions/sandbox/plan_format.h"

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace orrery::functions {

class PlanWriter {
 public:
  template <class... Arguments>
  void add(Step step, const Arguments&... arguments) {
    bytes_ += static_cast<char>(step);
    (put(arguments), ...);
  }
  const std::string& bytes() const { return bytes_; }

 private:
  void put(std::string_view text) {
    const auto size = static_cast<std::uint32_t>(text.size());
    char prefix[sizeof size];
    std::memcpy(prefix, &size, sizeof size);
    bytes_.append(prefix, sizeof prefix).append(text).push_back('\0');
  }
  void put(std::int64_t number) { put(std::string_view(std::to_string(number))); }

  std::string bytes_;
};

}  // namespace orrery::functions
