#include "services/s3/conditions.h"

#include <gtest/gtest.h>

namespace orrery::s3 {
namespace {

const Instant kModified = *parse_iso8601("2026-03-01T12:00:00Z");
const Instant kBefore = kModified - Millis(1000);

TEST(Conditions, EntityTags) {
  EXPECT_TRUE(etag_matches("\"abc\"", "abc"));
  EXPECT_TRUE(etag_matches("abc", "abc"));
  EXPECT_TRUE(etag_matches("\"x\", \"abc\"", "abc"));
  EXPECT_TRUE(etag_matches("*", "abc"));
  EXPECT_FALSE(etag_matches("\"x\"", "abc"));
  EXPECT_FALSE(etag_matches("", "abc"));
}

TEST(Conditions, EachAlone) {
  EXPECT_EQ(judge({}, "e", kModified).verdict, Verdict::Proceed);
  EXPECT_EQ(judge({"\"e\"", {}, {}, {}}, "e", kModified).verdict, Verdict::Proceed);
  EXPECT_EQ(judge({"\"x\"", {}, {}, {}}, "e", kModified).condition, "If-Match");
  EXPECT_EQ(judge({{}, "\"e\"", {}, {}}, "e", kModified).verdict, Verdict::NotModified);
  EXPECT_EQ(judge({{}, "\"x\"", {}, {}}, "e", kModified).verdict, Verdict::Proceed);
  EXPECT_EQ(judge({{}, {}, kModified, {}}, "e", kModified).verdict, Verdict::NotModified);
  EXPECT_EQ(judge({{}, {}, kBefore, {}}, "e", kModified).verdict, Verdict::Proceed);
  EXPECT_EQ(judge({{}, {}, {}, kModified}, "e", kModified).verdict, Verdict::Proceed);
  EXPECT_EQ(judge({{}, {}, {}, kBefore}, "e", kModified).condition, "If-Unmodified-Since");
}

TEST(Conditions, EntityTagsDecideBesideDates) {
  EXPECT_EQ(judge({"\"e\"", {}, {}, kBefore}, "e", kModified).verdict, Verdict::Proceed);
  EXPECT_EQ(judge({{}, "\"e\"", kBefore, {}}, "e", kModified).verdict, Verdict::NotModified);
  EXPECT_EQ(judge({{}, "\"x\"", kModified, {}}, "e", kModified).verdict, Verdict::Proceed);
  EXPECT_EQ(judge({"\"x\"", "\"e\"", {}, {}}, "e", kModified).verdict, Verdict::Failed);
}

}  // namespace
}  // namespace orrery::s3
