#include "services/cloudwatch/alarms/judge.h"

#include "services/cloudwatch/alarms/rule.h"

#include <vector>

#include <gtest/gtest.h>

namespace orrery::cloudwatch {
namespace {

std::vector<std::optional<double>> points(std::string_view oldest_first) {
  std::vector<std::optional<double>> out;
  for (const char c : oldest_first) {
    out.insert(out.begin(), c == '-' ? std::nullopt : std::optional(c == 'X' ? 9.0 : 0.0));
  }
  return out;
}

std::string verdicts(std::string_view text, std::size_t to_alarm) {
  std::string out;
  for (const Missing missing : {Missing::Missing, Missing::Ignore, Missing::Breaching, Missing::NotBreaching}) {
    const AlarmRule rule{3, to_alarm, "GreaterThanThreshold", 5, missing};
    constexpr std::string_view kLetters = "OAIK";
    out += kLetters[static_cast<std::size_t>(judge(rule, points(text)).verdict)];
  }
  return out;
}

// The tables of AlarmThatSendsEmail.html, "Configuring how CloudWatch alarms treat missing data".
TEST(Judge, TreatsMissingDataAsDocumented) {
  EXPECT_EQ(verdicts("0-X-X", 3), "OOOO");
  EXPECT_EQ(verdicts("----0", 3), "OOOO");
  EXPECT_EQ(verdicts("-----", 3), "IKAO");
  EXPECT_EQ(verdicts("0XX-X", 3), "AAAA");
  EXPECT_EQ(verdicts("--X--", 3), "AKAO");
  EXPECT_EQ(verdicts("0-X-X", 2), "AAAA");
  EXPECT_EQ(verdicts("00X0X", 2), "AAAA");
  EXPECT_EQ(verdicts("0-X--", 2), "OOAO");
  EXPECT_EQ(verdicts("----0", 2), "OOAO");
  EXPECT_EQ(verdicts("----X", 2), "AKAO");
}

bool holds(std::string_view text) {
  const auto rule = CompositeRule::parse(text);
  return rule && rule->holds([](const std::string& alarm) { return alarm == "up" ? "OK" : "ALARM"; });
}

TEST(CompositeRule, Parses) {
  EXPECT_TRUE(holds("OK(up) AND ALARM(\"down \\\"1\\\"\")"));
  EXPECT_TRUE(holds("FALSE OR TRUE AND NOT FALSE"));
  EXPECT_FALSE(holds("NOT (OK(up) OR INSUFFICIENT_DATA(up))"));
  for (const std::string_view text : {"", "OK", "OK()", "OK(a", "OK(a) OK(b)", "AND", "NOT", "ALARMED(a)", "(TRUE"}) {
    EXPECT_FALSE(CompositeRule::parse(text)) << text;
  }
  EXPECT_FALSE(CompositeRule::parse(std::string(5000, '(')));
}

}  // namespace
}  // namespace orrery::cloudwatch
