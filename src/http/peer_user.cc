#include "http/peer_user.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace orrery::http {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

// One end of a connection, as the socket tables write it; IPv4 in IPv6 is IPv4 there.
struct End {
  bool v6 = false;
  std::array<std::uint32_t, 4> address{};  // network byte order; IPv4: the first
  std::uint16_t port = 0;                  // network byte order
};

template <class Ask>
std::optional<End> end_of(int socket, Ask ask) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (ask(socket, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return std::nullopt;
  End end;
  if (storage.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &storage, sizeof v4);
    end.address[0] = v4.sin_addr.s_addr;
    end.port = v4.sin_port;
    return end;
  }
  sockaddr_in6 v6{};
  std::memcpy(&v6, &storage, sizeof v6);
  std::memcpy(end.address.data(), &v6.sin6_addr, sizeof v6.sin6_addr);
  end.port = v6.sin6_port;
  end.v6 = !IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr);
  if (!end.v6) end.address = {end.address[3], 0, 0, 0};
  return end;
}

struct Query {
  nlmsghdr header{};
  inet_diag_req_v2 request{};
};

// sock_diag(7): one socket by its addresses, without a walk through the table. A socket without an inode has no process
// any more, and its user says nothing. nullopt: not found, or not to be had this way.
std::optional<std::uint32_t> ask_netlink(const End& theirs, const End& ours) {
  const Descriptor netlink(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  if (netlink.get() < 0) return std::nullopt;
  Query query;
  query.header.nlmsg_len = sizeof query;
  query.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  query.header.nlmsg_flags = NLM_F_REQUEST;
  query.request.sdiag_family = theirs.v6 ? AF_INET6 : AF_INET;
  query.request.sdiag_protocol = IPPROTO_TCP;
  query.request.idiag_states = ~0U;
  query.request.id.idiag_sport = theirs.port;
  query.request.id.idiag_dport = ours.port;
  std::ranges::copy(theirs.address, query.request.id.idiag_src);
  std::ranges::copy(ours.address, query.request.id.idiag_dst);
  std::ranges::fill(query.request.id.idiag_cookie, INET_DIAG_NOCOOKIE);
  if (::send(netlink.get(), &query, sizeof query, 0) < 0) return std::nullopt;

  alignas(nlmsghdr) char reply[4096];
  const auto got = ::recv(netlink.get(), reply, sizeof reply, 0);
  if (got < static_cast<ssize_t>(NLMSG_LENGTH(sizeof(inet_diag_msg)))) return std::nullopt;
  const auto* header = reinterpret_cast<const nlmsghdr*>(reply);
  if (header->nlmsg_type != SOCK_DIAG_BY_FAMILY) return std::nullopt;
  inet_diag_msg found{};
  std::memcpy(&found, NLMSG_DATA(header), sizeof found);
  const bool same = found.id.idiag_sport == theirs.port && found.id.idiag_dport == ours.port;
  if (!same || found.idiag_state == TCP_LISTEN || found.idiag_inode == 0) return std::nullopt;
  return found.idiag_uid;
}

std::string table_text(const End& end) {
  std::string text;
  char piece[16];
  for (int i = 0; i < (end.v6 ? 4 : 1); ++i) {
    std::snprintf(piece, sizeof piece, "%08X", end.address[static_cast<std::size_t>(i)]);
    text += piece;
  }
  std::snprintf(piece, sizeof piece, ":%04X", static_cast<unsigned>(ntohs(end.port)));
  return text + piece;
}

// proc(5), /proc/net/tcp: "sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode …". For kernels
// without sock_diag; reads the whole table.
std::optional<std::uint32_t> ask_proc(const End& theirs, const End& ours) {
  std::ifstream table(theirs.v6 ? "/proc/net/tcp6" : "/proc/net/tcp");
  const std::string local = table_text(theirs);
  const std::string remote = table_text(ours);
  std::string line;
  while (std::getline(table, line)) {
    std::istringstream words(line);
    std::string slot, from, to, state, queues, timer, retransmits;
    std::uint32_t user = 0;
    std::uint64_t timeout = 0, inode = 0;
    words >> slot >> from >> to;
    if (from != local || to != remote) continue;
    words >> state >> queues >> timer >> retransmits >> user >> timeout >> inode;
    if (!words || inode == 0) return std::nullopt;
    return user;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::uint32_t> peer_user(int socket) {
  const auto theirs = end_of(socket, ::getpeername);
  const auto ours = end_of(socket, ::getsockname);
  if (!theirs || !ours) return std::nullopt;
  if (const auto user = ask_netlink(*theirs, *ours)) return user;
  return ask_proc(*theirs, *ours);
}

bool peer_user_works() {
  const Descriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const Descriptor client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener.get(), any, size) != 0 || ::listen(listener.get(), 1) != 0) return false;
  if (::getsockname(listener.get(), any, &size) != 0 || ::connect(client.get(), any, size) != 0) return false;
  const Descriptor accepted(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  return peer_user(accepted.get()) == ::geteuid();
}

}  // namespace orrery::http
