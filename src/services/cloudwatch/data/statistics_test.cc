#include "services/cloudwatch/data/stat.h"

#include <cmath>

#include <gtest/gtest.h>

namespace orrery::cloudwatch {
namespace {

std::optional<double> of(const Statistics& statistics, std::string_view stat) {
  const auto parsed = parse_stat(stat);
  return parsed ? value_of(*parsed, statistics) : std::nullopt;
}

Statistics hundred() {
  Statistics s;
  for (int n = 1; n <= 100; ++n) s.add(n, 1);
  return s;
}

TEST(Statistics, OfValues) {
  const Statistics s = hundred();
  EXPECT_EQ(of(s, "SampleCount"), 100);
  EXPECT_EQ(of(s, "Average"), 50.5);
  EXPECT_EQ(of(s, "Minimum"), 1);
  EXPECT_EQ(of(s, "p99"), 99);
  EXPECT_EQ(of(s, "p0"), 1);
  EXPECT_EQ(of(s, "p100"), 100);
  EXPECT_EQ(of(s, "tm90"), 45.5);
  EXPECT_EQ(of(s, "TM(10%:90%)"), 50.5);
  EXPECT_EQ(of(s, "wm98"), (98 * 99 / 2 + 2 * 98) / 100.0);
  EXPECT_EQ(of(s, "ts10"), 55);
  EXPECT_EQ(of(s, "TC(80:)"), 20);
  EXPECT_EQ(of(s, "PR(:50)"), 50);
  EXPECT_EQ(of(s, "IQM"), 50.5);
}

TEST(Statistics, NamesThatAreNone) {
  for (const std::string_view name : {"", "p", "p101", "p-1", "average", "tm", "PR(:50%)", "TM(10%:)x", "TM(90%:10%)",
                                      "pr50", "TM", "p9x", "tm(:)", "P50"}) {
    EXPECT_FALSE(parse_stat(name)) << name;
  }
}

TEST(Statistics, SetsHaveNoPercentilesUnlessAllIsOneValue) {
  Statistics s;
  s.add_set(3, 9, 3, 3);
  EXPECT_EQ(of(s, "p50"), 3);
  s.add_set(2, 5, 1, 4);
  EXPECT_EQ(of(s, "p50"), std::nullopt);
  EXPECT_EQ(of(s, "Sum"), 14);
  EXPECT_EQ(of(s, "Minimum"), 1);
}

TEST(Statistics, ManyValuesAreRoundedByHalfAPercent) {
  Statistics s;
  for (int n = 1; n <= 100'000; ++n) s.add(n, 1);
  EXPECT_LT(s.values.size(), 1500u);
  for (const double share : {1.0, 50.0, 99.0, 99.9}) {
    const double exact = share * 1000;
    EXPECT_NEAR(*of(s, "p" + std::to_string(share)), exact, exact * 0.006);
  }
}

TEST(Statistics, AreWrittenAndReadAgain) {
  Statistics one;
  one.add(5, 2);
  Statistics set;
  set.add_set(4, 10, 1, 4);
  Statistics many;
  for (int n = -300; n < 300; ++n) many.add(n * 1.5, 1);
  std::string bytes;
  for (const Statistics& s : {one, set, many, hundred()}) bytes += encode_statistics(s);
  EXPECT_EQ(encode_statistics(one).size(), 17u);
  std::string_view rest = bytes;
  for (const Statistics& s : {one, set, many, hundred()}) {
    const auto read = decode_statistics(rest);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->sum, s.sum);
    EXPECT_EQ(read->count, s.count);
    EXPECT_EQ(read->minimum, s.minimum);
    EXPECT_EQ(read->opaque, s.opaque);
    EXPECT_EQ(read->values, s.values);
  }
  EXPECT_TRUE(rest.empty());
  for (std::size_t cut = 0; cut < 17; ++cut) {
    std::string_view part = std::string_view(bytes).substr(0, cut);
    if (const auto read = decode_statistics(part)) {
      EXPECT_EQ(cut, 17u);
    }
  }
}

}  // namespace
}  // namespace orrery::cloudwatch
