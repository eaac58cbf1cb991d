// Who is at the other end of a loopback connection.
#pragma once

#include <cstdint>
#include <optional>

#include <sys/types.h>

namespace orrery::functions {

// The user that owns the socket 127.0.0.1:`peer_port` which is connected to 127.0.0.1:`own_port`; nullopt when there is
// no such connection. Reads /proc/net/tcp: once for each connection is fine, for each request is not.
std::optional<uid_t> loopback_peer(std::uint16_t peer_port, std::uint16_t own_port);

}  // namespace orrery::functions
