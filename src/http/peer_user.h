// Who on this machine is at the other end of a TCP connection.
#pragma once

#include <cstdint>
#include <optional>

namespace orrery::http {

// The user that owns the socket which `socket` is connected to, as the kernel knows it. nullopt: the socket is another
// machine's, was closed by its process meanwhile, or the kernel does not tell. Some microseconds.
std::optional<std::uint32_t> peer_user(int socket);

// Whether the kernel tells, tried with a connection of our own.
bool peer_user_works();

}  // namespace orrery::http
