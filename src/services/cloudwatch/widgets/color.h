#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace orrery::cloudwatch::widgets {

struct Color {
  std::uint8_t red = 0, green = 0, blue = 0;

  bool operator==(const Color&) const = default;
};

// "#1f77b4"; nullopt: something else.
std::optional<Color> parse_color(std::string_view text);
// Of what the widget gives no color to, in turn: the twenty that CloudWatch's graphs have.
Color palette(std::size_t index);

}  // namespace orrery::cloudwatch::widgets
