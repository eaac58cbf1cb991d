#include "http/client/border.h"

#include <algorithm>

namespace orrery::http {
namespace {

using boost::asio::ip::address;

// ::ffff:127.0.0.1 is 127.0.0.1.
address unmapped(const address& given) {
  if (given.is_v6() && given.to_v6().is_v4_mapped()) {
    return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, given.to_v6());
  }
  return given;
}

bool of_the_link(const address& peer) {
  if (peer.is_v6()) {
    const auto bytes = peer.to_v6().to_bytes();
    const bool metadata =
        bytes[0] == 0xfd && bytes[1] == 0 && bytes[2] == 0x0e && bytes[3] == 0xc2;  // EC2's, over IPv6
    return peer.to_v6().is_link_local() || metadata;
  }
  const auto bytes = peer.to_v4().to_bytes();
  return bytes[0] == 169 && bytes[1] == 254;
}

bool of_a_group(const address& peer) {
  return peer.is_multicast() || (peer.is_v4() && peer.to_v4() == boost::asio::ip::address_v4::broadcast());
}

// "This network" (RFC 1122 section 3.2.1.3): the kernel takes all of 0.0.0.0/8 and :: for this machine, or refuses.
bool unspecified(const address& peer) {
  return peer.is_unspecified() || (peer.is_v4() && peer.to_v4().to_bytes()[0] == 0);
}

}  // namespace

bool Border::own(std::uint16_t port) const { return std::ranges::find(own_ports_, port) != own_ports_.end(); }

std::optional<std::string> Border::why_not(Scheme scheme, const address& given, std::uint16_t port) const {
  const address peer = unmapped(given);
  if (reach_ == Reach::None) return "requests to the outside are turned off (--outbound)";
  if (of_the_link(peer) || of_a_group(peer) || unspecified(peer)) {
    return "the address " + peer.to_string() + " is not one that requests may go to";
  }
  if (peer.is_loopback()) {
    if (own(port)) return "requests do not go to this server itself";
    if (reach_ == Reach::Https) return "requests do not go to this machine (--outbound local lets them)";
    return std::nullopt;
  }
  if (scheme == Scheme::Http && reach_ != Reach::Any) {
    return "plain HTTP goes to this machine's loopback addresses only: use https";
  }
  return std::nullopt;
}

std::optional<std::string> Border::why_not_after_all(const address& here, const address& peer,
                                                     std::uint16_t port) const {
  if (unmapped(here) != unmapped(peer)) return std::nullopt;
  if (own(port)) return "requests do not go to this server itself";
  if (reach_ == Reach::Https) return "requests do not go to this machine (--outbound local lets them)";
  return std::nullopt;
}

}  // namespace orrery::http
