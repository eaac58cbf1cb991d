#include "base/encode.h"

#include <vector>

#include <gtest/gtest.h>

namespace orrery {
namespace {

TEST(Encode, Base64RoundTripsAndIsStrict) {
  for (const std::string& s : std::vector<std::string>{"", "f", "fo", "foo", "foob", std::string("\0\xff", 2)}) {
    EXPECT_EQ(unbase64(base64(s)), s);
  }
  EXPECT_EQ(base64("foob"), "Zm9vYg==");
  for (const char* bad : {"Z", "Zm9vYg=", "Zm9v Yg=", "====", "Zm=v", "Z==="}) EXPECT_FALSE(unbase64(bad)) << bad;
}

TEST(Encode, HexAndPercent) {
  EXPECT_EQ(hex("\x01\xab"), "01ab");
  EXPECT_EQ(unhex("01AB"), "\x01\xab");
  EXPECT_FALSE(unhex("0"));
  EXPECT_EQ(percent_encode("a b/~é", true), "a%20b/~%C3%A9");
  EXPECT_EQ(percent_decode("a%20b+c", true), "a b c");
  EXPECT_FALSE(percent_decode("%2"));
}

// RFC 4231 test case 2, and a key longer than a block (case 6).
TEST(Encode, HmacSha256) {
  EXPECT_EQ(hex(view(hmac_sha256("Jefe", "what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex(view(hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"))),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(hex(md5("")), "d41d8cd98f00b204e9800998ecf8427e");
}

TEST(Encode, ConstantTimeEqual) {
  EXPECT_TRUE(constant_time_equal("abc", "abc"));
  EXPECT_FALSE(constant_time_equal("abc", "abd"));
  EXPECT_FALSE(constant_time_equal("abc", "ab"));
}

}  // namespace
}  // namespace orrery
