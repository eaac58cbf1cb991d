#include "base/cidr.h"

#include <gtest/gtest.h>

namespace orrery {
namespace {

bool in(std::string_view block, std::string_view address) {
  const auto cidr = Cidr::parse(block);
  const auto ip = IpAddress::parse(address);
  return cidr && ip && cidr->contains(*ip);
}

TEST(Cidr, Contains) {
  EXPECT_TRUE(in("10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(in("10.0.0.0/8", "11.0.0.1"));
  EXPECT_TRUE(in("203.0.113.7", "203.0.113.7"));
  EXPECT_FALSE(in("203.0.113.7", "203.0.113.8"));
  EXPECT_TRUE(in("192.168.4.0/22", "192.168.7.255"));
  EXPECT_FALSE(in("192.168.4.0/22", "192.168.8.0"));
  EXPECT_TRUE(in("0.0.0.0/0", "8.8.8.8"));
  EXPECT_TRUE(in("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(in("2001:db8::/33", "2001:db8:8000::1"));
  EXPECT_FALSE(in("0.0.0.0/0", "::1"));
  EXPECT_TRUE(in("::/0", "::1"));
}

TEST(Cidr, Malformed) {
  for (const char* text :
       {"", "10", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "::/129", "host", "1.2.3.4/8/8"}) {
    EXPECT_FALSE(Cidr::parse(text)) << text;
  }
  EXPECT_FALSE(IpAddress::parse(std::string_view("1.2.3.4\0", 8)));
  EXPECT_FALSE(IpAddress::parse(std::string(200, '1')));
}

}  // namespace
}  // namespace orrery
