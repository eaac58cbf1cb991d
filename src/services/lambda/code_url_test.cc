#include "services/lambda/code_url.h"

#include <chrono>

#include <gtest/gtest.h>

namespace orrery::lambda {
namespace {

const Instant kNow = *parse_iso8601("2026-03-01T12:00:00Z");

class CodeUrl : public ::testing::Test {
 protected:
  // The code of the error, or the blob.
  std::string check(const std::string& text, Instant now) const {
    const auto mark = text.find('?');
    const auto checked =
        urls.check(std::string_view(text).substr(0, mark), std::string_view(text).substr(mark + 1), now);
    return checked ? *checked : checked.error().code;
  }

  Random random{7};
  CodeUrls urls{random};
  std::string url = urls.make("blob-1", kNow);
};

TEST_F(CodeUrl, IsGoodForTenMinutes) {
  EXPECT_TRUE(CodeUrls::owns(url));
  EXPECT_FALSE(CodeUrls::owns("/_orrery/clock"));
  EXPECT_EQ(check(url, kNow), "blob-1");
  EXPECT_EQ(check(url, kNow + std::chrono::seconds(599)), "blob-1");
  EXPECT_EQ(check(url, kNow + std::chrono::minutes(10)), "AccessDenied");
}

TEST_F(CodeUrl, IsForOneBlobOneExpiryOneProcess) {
  std::string other_blob = url;
  other_blob.replace(other_blob.find("blob-1"), 6, "blob-2");
  EXPECT_EQ(check(other_blob, kNow), "SignatureDoesNotMatch");

  std::string later = url;
  ++later[later.find('&') - 1];
  EXPECT_EQ(check(later, kNow), "SignatureDoesNotMatch");

  EXPECT_EQ(check(url.substr(0, url.size() - 1), kNow), "SignatureDoesNotMatch");
  EXPECT_EQ(check(url + "0", kNow), "SignatureDoesNotMatch");
  EXPECT_EQ(check("/_orrery/code/blob-1?", kNow), "SignatureDoesNotMatch");
  EXPECT_EQ(check("/_orrery/code/?Expires=&Signature=", kNow), "SignatureDoesNotMatch");

  const CodeUrls restarted(random);
  EXPECT_FALSE(restarted.check("/_orrery/code/blob-1", url.substr(url.find('?') + 1), kNow));
}

}  // namespace
}  // namespace orrery::lambda
