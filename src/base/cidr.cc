#include "base/cidr.h"

#include <charconv>
#include <cstring>

#include <arpa/inet.h>

namespace orrery {

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  char buffer[INET6_ADDRSTRLEN + 1] = {};
  if (text.empty() || text.size() >= sizeof buffer) return std::nullopt;
  std::memcpy(buffer, text.data(), text.size());
  if (std::memchr(buffer, 0, text.size()) != nullptr) return std::nullopt;
  IpAddress address;
  if (inet_pton(AF_INET, buffer, address.bytes.data()) == 1) return address;
  address.bits = 128;
  if (inet_pton(AF_INET6, buffer, address.bytes.data()) == 1) return address;
  return std::nullopt;
}

std::optional<Cidr> Cidr::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto base = IpAddress::parse(text.substr(0, slash));
  if (!base) return std::nullopt;
  if (slash == std::string_view::npos) return Cidr{*base, base->bits};
  const std::string_view digits = text.substr(slash + 1);
  int prefix = 0;
  const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
  if (status != std::errc() || end != digits.data() + digits.size() || prefix < 0 || prefix > base->bits) {
    return std::nullopt;
  }
  return Cidr{*base, prefix};
}

bool Cidr::contains(const IpAddress& address) const {
  if (address.bits != base.bits) return false;
  const auto whole = static_cast<std::size_t>(prefix / 8);
  if (std::memcmp(address.bytes.data(), base.bytes.data(), whole) != 0) return false;
  const int rest = prefix % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<unsigned char>(0xFF << (8 - rest));
  return ((address.bytes[whole] ^ base.bytes[whole]) & mask) == 0;
}

}  // namespace orrery
