// What requests that go out may reach (docs/decisions/016).
#pragma once

#include "http/client/reach.h"
#include "http/client/url.h"

#include <optional>
#include <string>
#include <vector>

#include <boost/asio/ip/address.hpp>

namespace orrery::http {

// Whatever the reach, refused are: this server's own ports on this machine; addresses of the link (those of clouds'
// metadata services are among them), of groups, and the unspecified one.
class Border {
 public:
  Border(Reach reach, std::vector<std::uint16_t> own_ports) : reach_(reach), own_ports_(std::move(own_ports)) {}

  // Before a connection is made. Why not; nullopt: it may be.
  std::optional<std::string> why_not(Scheme scheme, const boost::asio::ip::address& peer, std::uint16_t port) const;
  // Once it is made, before a byte is sent: `here` is this end's address. When it is the peer's too, the peer is this
  // machine, by whatever name.
  std::optional<std::string> why_not_after_all(const boost::asio::ip::address& here,
                                               const boost::asio::ip::address& peer, std::uint16_t port) const;

 private:
  bool own(std::uint16_t port) const;

  Reach reach_;
  std::vector<std::uint16_t> own_ports_;
};

}  // namespace orrery::http
