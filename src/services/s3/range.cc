#include "services/s3/range.h"

#include <algorithm>
#include <charconv>

namespace orrery::s3 {
namespace {

constexpr std::string_view kUnit = "bytes=";

std::optional<std::uint64_t> number(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  std::uint64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  return parsed.ec == std::errc() ? value : UINT64_MAX;  // too many digits: beyond every object
}

}  // namespace

std::string ByteRange::content_range(std::uint64_t size) const {
  return "bytes " + std::to_string(offset) + '-' + std::to_string(offset + length - 1) + '/' + std::to_string(size);
}

RequestedRange parse_range(std::string_view header, std::uint64_t size) {
  if (!header.starts_with(kUnit)) return {};
  header.remove_prefix(kUnit.size());
  const std::size_t dash = header.find('-');
  if (dash == std::string_view::npos) return {};
  const std::string_view first_text = header.substr(0, dash);
  const std::string_view last_text = header.substr(dash + 1);
  const auto first = number(first_text);
  const auto last = number(last_text);
  if (first_text.empty()) {  // the last so many bytes
    if (!last) return {};
    if (*last == 0 || size == 0) return {RangeKind::Unsatisfiable, {}};
    const std::uint64_t length = std::min(*last, size);
    return {RangeKind::Part, {size - length, length}};
  }
  if (!first || (!last && !last_text.empty()) || (last && *last < *first)) return {};
  if (*first >= size) return {RangeKind::Unsatisfiable, {}};
  const std::uint64_t end = last ? std::min(*last, size - 1) : size - 1;
  return {RangeKind::Part, {*first, end - *first + 1}};
}

}  // namespace orrery::s3
