#include "services/firehose/delivery/prefix.h"

#include <gtest/gtest.h>

namespace orrery::firehose {
namespace {

const Instant kAt = *parse_iso8601("2026-03-01T17:05:09.123Z");

PrefixFacts facts(std::string error_type = "", std::string zone = "") {
  return {kAt, std::move(zone), std::move(error_type), "abcdefghijk"};
}

TEST(PrefixTest, TimesAreFormattedAsByJava) {
  EXPECT_EQ(formatted("yyyy/MM/dd/HH", kAt, ""), "2026/03/01/17");
  EXPECT_EQ(formatted("yy-M-d h:mm:ss a", kAt, ""), "26-3-1 5:05:09 PM");
  EXPECT_EQ(formatted("EEE d MMM", kAt, ""), "Sun 1 Mar");
  EXPECT_EQ(formatted("'year='yyyy''''SSS", kAt, ""), "year=2026''123");
  EXPECT_EQ(formatted("DDD", kAt, ""), "060");
  EXPECT_EQ(formatted("yyyy-MM-dd'T'HH", kAt, "Asia/Tokyo"), "2026-03-02T02");
  EXPECT_FALSE(formatted("qqq", kAt, ""));
}

TEST(PrefixTest, PrefixesWithoutATimeGetOne) {
  EXPECT_EQ(evaluated_prefix(std::nullopt, facts()), "2026/03/01/17/");
  EXPECT_EQ(evaluated_prefix("logs/", facts()), "logs/2026/03/01/17/");
  EXPECT_EQ(evaluated_prefix("logs/!{timestamp:yyyy}/", facts()), "logs/2026/");
  EXPECT_EQ(evaluated_prefix("!{firehose:random-string}/", facts()), "abcdefghijk/2026/03/01/17/");
}

TEST(PrefixTest, ErrorPrefixesNameTheError) {
  const auto failed = facts(std::string(kProcessingFailed));
  EXPECT_EQ(evaluated_error_prefix("logs/", std::nullopt, failed), "logs/processing-failed/2026/03/01/17/");
  EXPECT_EQ(evaluated_error_prefix("logs/", "bad/", failed), "bad/processing-failed/2026/03/01/17/");
  EXPECT_EQ(evaluated_error_prefix({}, "bad/!{firehose:error-output-type}/!{timestamp:yyyy}/", failed),
            "bad/processing-failed/2026/");
}

TEST(PrefixTest, WrongOnesAreRefused) {
  EXPECT_TRUE(check_prefixes("a/!{timestamp:yyyy}/", "e/!{firehose:error-output-type}/", "Europe/Berlin"));
  EXPECT_FALSE(check_prefixes("a/!{timestamp:yyyy}/", std::nullopt, ""));
  EXPECT_FALSE(check_prefixes("a/!{nothing:yyyy}/", "e/", ""));
  EXPECT_FALSE(check_prefixes("a/!{timestamp:yyyy", "e/", ""));
  EXPECT_FALSE(check_prefixes("a/!{firehose:error-output-type}/", "e/", ""));
  EXPECT_FALSE(check_prefixes("a/", "e/!{timestamp:yyyy}/", ""));
  EXPECT_FALSE(check_prefixes("a/", "e/", "Mars/Olympus"));
}

TEST(PrefixTest, NamesOfObjects) {
  EXPECT_EQ(object_suffix("s", 3, facts(), "u-u", ".gz"), "s-3-2026-03-01-17-05-09-u-u.gz");
}

}  // namespace
}  // namespace orrery::firehose
