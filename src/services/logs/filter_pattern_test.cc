#include "services/logs/filter_pattern.h"

#include <gtest/gtest.h>

namespace orrery::logs {
namespace {

bool matches(std::string_view pattern, std::string_view message) {
  const auto parsed = FilterPattern::parse(pattern);
  EXPECT_TRUE(parsed) << pattern << ": " << (parsed ? "" : parsed.error().message);
  return parsed && parsed->matches(message);
}

TEST(FilterPattern, Terms) {
  EXPECT_TRUE(matches("", "anything"));
  EXPECT_TRUE(matches("ERROR", "[ERROR 400] BAD REQUEST"));
  EXPECT_FALSE(matches("ERROR", "error"));
  EXPECT_TRUE(matches("ERROR Exception", "ERROR: an Exception"));
  EXPECT_FALSE(matches("ERROR Exception", "ERROR only"));
  EXPECT_TRUE(matches(R"("bad request")", "a bad request"));
  EXPECT_FALSE(matches(R"("bad request")", "a request, bad"));
  EXPECT_TRUE(matches("ERROR -EXITING", "ERROR here"));
  EXPECT_FALSE(matches("ERROR -EXITING", "ERROR EXITING"));
  EXPECT_TRUE(matches("?ERROR ?WARN", "a WARN"));
  EXPECT_FALSE(matches("?ERROR ?WARN", "INFO"));
}

TEST(FilterPattern, Json) {
  const std::string message = R"({"level":"ERROR","n":7,"ok":true,"gone":null,"a":{"b":[{"c":"deep"}]},"t/x":"y"})";
  for (const char* pattern :
       {R"({ $.level = "ERROR" })", R"({$.level = "ERR*" && $.n > 6.5})", R"({ $.n = 7 })", R"({ $.n >= 7 })",
        R"({ $.n != 8 })", R"({ $.level = ERROR })", R"({ $.ok IS TRUE })", R"({ $.gone IS NULL })",
        R"({ $.missing NOT EXISTS })", R"({ $.a.b[0].c = "de*p" })", R"({ $['t/x'] = "y" })",
        R"({ ($.n = 1 || $.n = 7) && $.level != "INFO" })", R"({ $.n = 7 || $.n = 1 && $.n = 2 })"}) {
    EXPECT_TRUE(matches(pattern, message)) << pattern;
  }
  for (const char* pattern : {R"({ $.level = "INFO" })", R"({ $.n < 7 })", R"({ $.missing != "x" })",
                              R"({ $.level = "ERROR" && $.n = 8 })", R"({ $.ok IS FALSE })", R"({ $.level > 3 })"}) {
    EXPECT_FALSE(matches(pattern, message)) << pattern;
  }
  EXPECT_FALSE(matches(R"({ $.level = "ERROR" })", "no json ERROR"));
}

TEST(FilterPattern, RefusesWhatItDoesNotUnderstand) {
  for (const char* pattern :
       {"[ip, user]", "%err.*%", "\"open", "a,b", "{ $.a }", "{ $.a = }", "{ $.a > \"x\" }", "{ a = 1 }", "{ $.a = 1",
        "{ ($.a = 1 }", "{ $.a = 1 } x", "{ $.a = 1 $.b = 2 }", "{ $.a = %x% }", "{ $.a[*] = 1 }", "-"}) {
    const auto parsed = FilterPattern::parse(pattern);
    ASSERT_FALSE(parsed) << pattern;
    EXPECT_EQ(parsed.error().code, "InvalidParameterException");
  }
}

}  // namespace
}  // namespace orrery::logs
