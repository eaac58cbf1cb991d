#include "services/s3/names.h"

#include "base/utf8.h"

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
