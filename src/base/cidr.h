// IP addresses and blocks of them, without DNS (RFC 4632, RFC 4291).
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace orrery {

struct IpAddress {
  std::array<unsigned char, 16> bytes{};  // IPv4 uses the first four
  int bits = 32;                          // 32 for IPv4, 128 for IPv6

  static std::optional<IpAddress> parse(std::string_view text);
  bool operator==(const IpAddress&) const = default;
};

// "10.0.0.0/8", "2001:db8::/32"; a single address is a block of one. Bits after the prefix are ignored, as AWS does.
struct Cidr {
  IpAddress base;
  int prefix = 0;

  static std::optional<Cidr> parse(std::string_view text);
  bool contains(const IpAddress& address) const;
};

}  // namespace orrery
