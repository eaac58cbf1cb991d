#include "services/cloudwatch/widgets/color.h"

#include <array>
#include <charconv>

namespace orrery::cloudwatch::widgets {

std::optional<Color> parse_color(std::string_view text) {
  if (text.size() != 7 || text[0] != '#') return std::nullopt;
  unsigned rgb = 0;
  const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), rgb, 16);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  Color color;
  color.red = static_cast<std::uint8_t>(rgb >> 16U);
  color.green = static_cast<std::uint8_t>(rgb >> 8U & 0xffU);
  color.blue = static_cast<std::uint8_t>(rgb & 0xffU);
  return color;
}

Color palette(std::size_t index) {
  static constexpr std::array<std::string_view, 20> kColors{
      "#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf",
      "#aec7e8", "#ffbb78", "#98df8a", "#ff9896", "#c5b0d5", "#c49c94", "#f7b6d2", "#c7c7c7", "#dbdb8d", "#9edae5"};
  return *parse_color(kColors.at(index % kColors.size()));
}

}  // namespace orrery::cloudwatch::widgets
