#include "http/peer_user.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace orrery::http {
namespace {

// Both ends of a loopback connection; the listener speaks IPv6 and, unless `only_v6`, IPv4 as well.
struct Pair {
  Pair(int family, bool dual) {
    const int listener = ::socket(dual ? AF_INET6 : family, SOCK_STREAM, 0);
    sockaddr_storage address{};
    address.ss_family = static_cast<sa_family_t>(dual ? AF_INET6 : family);
    if (address.ss_family == AF_INET6 && !dual) reinterpret_cast<sockaddr_in6*>(&address)->sin6_addr = in6addr_loopback;
    socklen_t size = sizeof address;
    good = ::bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0 && ::listen(listener, 1) == 0;
    ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
    client = ::socket(family, SOCK_STREAM, 0);
    if (dual) {
      sockaddr_in v4{};
      v4.sin_family = AF_INET;
      v4.sin_port = reinterpret_cast<sockaddr_in6*>(&address)->sin6_port;
      v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      good = good && ::connect(client, reinterpret_cast<sockaddr*>(&v4), sizeof v4) == 0;
    } else {
      good = good && ::connect(client, reinterpret_cast<sockaddr*>(&address), size) == 0;
    }
    if (good) server = ::accept(listener, nullptr, nullptr);
    ::close(listener);
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;
  ~Pair() {
    ::close(client);
    ::close(server);
  }
  int client = -1, server = -1;
  bool good = false;
};

TEST(PeerUser, Works) { EXPECT_TRUE(peer_user_works()); }

TEST(PeerUser, IsTheOwnerOfTheSocket) {
  const Pair pair(AF_INET, false);
  ASSERT_TRUE(pair.good);
  EXPECT_EQ(peer_user(pair.server), ::geteuid());
  EXPECT_EQ(peer_user(pair.client), ::geteuid());
  if (::geteuid() != 0) return;
  ASSERT_EQ(::fchown(pair.client, 700'000'001, 700'000'001), 0);  // as if another user had made it
  EXPECT_EQ(peer_user(pair.server), 700'000'001);
}

TEST(PeerUser, OfVersion6AndOfVersion4InIt) {
  for (const bool dual : {false, true}) {
    const Pair pair(dual ? AF_INET : AF_INET6, dual);
    if (!pair.good) GTEST_SKIP() << "no IPv6 here";
    EXPECT_EQ(peer_user(pair.server), ::geteuid()) << dual;
  }
}

// The kernel says user 0 of a socket that its process has closed.
TEST(PeerUser, IsUnknownWhenItsProcessHasClosed) {
  Pair pair(AF_INET, false);
  ASSERT_TRUE(pair.good);
  ::close(pair.client);
  EXPECT_EQ(peer_user(pair.server), std::nullopt);
  pair.client = -1;
}

}  // namespace
}  // namespace orrery::http
