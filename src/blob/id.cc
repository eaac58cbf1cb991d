#include "blob/id.h"

#include <array>
#include <charconv>

namespace orrery::blob {

namespace {

constexpr std::size_t kRandomDigits = 24;
constexpr std::size_t kCrcDigits = 8;

template <class Number>
std::string digits(Number number) {
  std::array<char, 16> text{};
  const std::to_chars_result end = std::to_chars(text.data(), text.data() + text.size(), number, 16);
  return {text.data(), end.ptr};
}

template <class Number>
bool read_digits(std::string_view text, Number& number) {
  const std::from_chars_result end = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  return end.ec == std::errc() && end.ptr == text.data() + text.size() && text.front() != '-';
}

}  // namespace

std::string make_id(Random& random, Id id) {
  const std::string crc = digits(id.crc);
  return random.token(kRandomDigits, kLowerHex) + "-" + digits(id.size) + "-" +
         std::string(kCrcDigits - crc.size(), '0') + crc;
}

std::optional<Id> parse_id(std::string_view text) {
  if (text.find_first_not_of("0123456789abcdef-") != std::string_view::npos) return std::nullopt;
  if (text.size() < kRandomDigits + kCrcDigits + 3 || text.find('-') != kRandomDigits) return std::nullopt;
  text.remove_prefix(kRandomDigits + 1);
  const std::size_t size_digits = text.find('-');
  if (size_digits == 0 || size_digits > 16 || text.size() != size_digits + 1 + kCrcDigits) return std::nullopt;
  Id id;
  if (!read_digits(text.substr(0, size_digits), id.size)) return std::nullopt;
  if (!read_digits(text.substr(size_digits + 1), id.crc)) return std::nullopt;
  return id;
}

}  // namespace orrery::blob
