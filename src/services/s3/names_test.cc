#include "services/s3/names.h"

#include <gtest/gtest.h>

namespace orrery::s3 {
namespace {

TEST(BucketName, FollowsTheRules) {
  for (const char* name : {"abc", "a-b", "my.bucket.name", "123", "a1.2", "1.2.3.4.5"}) {
    EXPECT_TRUE(is_bucket_name(name)) << name;
  }
  EXPECT_TRUE(is_bucket_name(std::string(63, 'a')));
  for (const char* name : {"", "ab", "Abc", "a_b", "-abc", "abc-", ".abc", "abc.", "a..b", "192.168.5.4", "xn--abc",
                           "sthree-abc", "amzn-s3-demo-bucket", "abc-s3alias", "abc--ol-s3", "abc--x-s3", "a b"}) {
    EXPECT_FALSE(is_bucket_name(name)) << name;
  }
  EXPECT_FALSE(is_bucket_name(std::string(64, 'a')));
}

TEST(Key, IsUtf8OfAtMost1024Bytes) {
  EXPECT_TRUE(check_key("a/b c+\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80").ok());
  EXPECT_TRUE(check_key(std::string(1024, 'k')).ok());
  EXPECT_EQ(check_key(std::string(1025, 'k')).error().code, "KeyTooLongError");
  for (const char* text : {"\xff", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "a\x80"}) {
    EXPECT_EQ(check_key(text).error().code, "InvalidURI") << text;
  }
}

}  // namespace
}  // namespace orrery::s3
