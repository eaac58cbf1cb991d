#include "functions/peer.h"

#include "functions/sandbox/fd.h"

#include <cstdlib>
#include <string>

#include <fmt/format.h>

namespace orrery::functions {

// proc(5), /proc/net/tcp: "sl local_address rem_address st tx:rx tr:when retrnsmt uid …", addresses in hexadecimal, the
// IPv4 address in host byte order.
std::optional<uid_t> loopback_peer(std::uint16_t peer_port, std::uint16_t own_port) {
  const std::string table = read_small_file("/proc/net/tcp");
  const std::string wanted = fmt::format(" 0100007F:{:04X} 0100007F:{:04X} ", peer_port, own_port);
  auto at = table.find(wanted);
  if (at == std::string::npos) return std::nullopt;
  at += wanted.size();
  for (int column = 0; column < 4 && at != std::string::npos; ++column) {
    at = table.find_first_not_of(' ', table.find(' ', at));
  }
  if (at == std::string::npos) return std::nullopt;
  return static_cast<uid_t>(std::strtoul(table.c_str() + at, nullptr, 10));
}

}  // namespace orrery::functions
