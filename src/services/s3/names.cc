#include "services/s3/names.h"

#include <algorithm>
#include <array>

namespace orrery::s3 {
namespace {

constexpr std::size_t kKeyMost = 1024;  // bytes
constexpr std::array<std::string_view, 3> kReservedPrefixes = {"xn--", "sthree-", "amzn-s3-demo-"};
constexpr std::array<std::string_view, 6> kReservedSuffixes = {"-s3alias", "--ol-s3",    ".mrap",
                                                               "--x-s3",   "--table-s3", "-an"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alphanumeric(char c) { return is_digit(c) || (c >= 'a' && c <= 'z'); }

bool is_ip_address(std::string_view name) {
  return std::ranges::count(name, '.') == 3 &&
         std::ranges::all_of(name, [](char c) { return is_digit(c) || c == '.'; });
}

// The length of the well-formed sequence that `text` starts with (Unicode 15, table 3-7); 0: none.
std::size_t utf8_sequence(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xc0U) == 0x80U; };
  const unsigned first = byte(0);
  const unsigned second = byte(1);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4 || !follows(1)) return 0;
  if (first < 0xe0) return 2;
  if (first < 0xf0) {
    const bool overlong = first == 0xe0 && second < 0xa0;
    const bool surrogate = first == 0xed && second > 0x9f;
    return overlong || surrogate || !follows(2) ? 0 : 3;
  }
  const bool outside = (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f);
  return outside || !follows(2) || !follows(3) ? 0 : 4;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_sequence(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace

bool is_bucket_name(std::string_view name) {
  if (name.size() < 3 || name.size() > 63) return false;
  const auto allowed = [](char c) { return is_alphanumeric(c) || c == '.' || c == '-'; };
  if (!std::ranges::all_of(name, allowed)) return false;
  if (!is_alphanumeric(name.front()) || !is_alphanumeric(name.back())) return false;
  if (name.find("..") != std::string_view::npos || is_ip_address(name)) return false;
  return std::ranges::none_of(kReservedPrefixes, [&](auto prefix) { return name.starts_with(prefix); }) &&
         std::ranges::none_of(kReservedSuffixes, [&](auto suffix) { return name.ends_with(suffix); });
}

Result<> check_key(std::string_view key) {
  if (key.size() > kKeyMost) {
    return fail(api_error("KeyTooLongError", "Your key is too long", 400)
                    .with("Size", std::to_string(key.size()))
                    .with("MaxSizeAllowed", std::to_string(kKeyMost)));
  }
  if (!is_utf8(key)) return fail(api_error("InvalidURI", "Couldn't parse the specified URI.", 400));
  return {};
}

}  // namespace orrery::s3
