#include "auth/pattern.h"

#include <map>

#include <gtest/gtest.h>

namespace orrery::auth {
namespace {

struct Values : VariableSource {
  std::map<std::string, std::string, std::less<>> of = {{"aws:username", "ann"}, {"star", "*"}, {"mark", "\x01"}};
  std::optional<std::string> variable(std::string_view key) const override {
    const auto it = of.find(key);
    return it == of.end() ? std::nullopt : std::optional(it->second);
  }
};

bool match(std::string_view pattern, std::string_view text, Case sensitivity = Case::Sensitive) {
  const auto compiled = Pattern::compile(pattern, sensitivity, Wildcards::On, Variables::On);
  EXPECT_TRUE(compiled) << pattern;
  return compiled && compiled->matches(text, Values());
}

TEST(Pattern, Wildcards) {
  EXPECT_TRUE(match("*", ""));
  EXPECT_TRUE(match("*", "anything"));
  EXPECT_TRUE(match("abc", "abc"));
  EXPECT_FALSE(match("abc", "abcd"));
  EXPECT_FALSE(match("abc", "ABC"));
  EXPECT_TRUE(match("abc*", "abc"));
  EXPECT_TRUE(match("abc*", "abcdef"));
  EXPECT_TRUE(match("*abc", "xxabc"));
  EXPECT_FALSE(match("*abc", "xxabcx"));
  EXPECT_TRUE(match("a*b*c", "a1b2b3c"));
  EXPECT_FALSE(match("a*b*c", "a1b2b3"));
  EXPECT_TRUE(match("a**c", "abc"));
  EXPECT_TRUE(match("a?c", "abc"));
  EXPECT_TRUE(match("a?c",
                    "a\xC3\xA9"
                    "c"));  // one character, two bytes
  EXPECT_FALSE(match("a?c", "ac"));
  EXPECT_TRUE(match("?*", "a"));
  EXPECT_FALSE(match("?*", ""));
  EXPECT_TRUE(match("arn:aws:s3:::b/*/x.json", "arn:aws:s3:::b/a/b/c/x.json"));
  EXPECT_TRUE(match("S3:Put*", "s3:putobject", Case::Insensitive));
  EXPECT_FALSE(match(std::string(40, '*').append("b"), std::string(5000, 'a')));
}

TEST(Pattern, Variables) {
  EXPECT_TRUE(match("home/${aws:username}/*", "home/ann/x"));
  EXPECT_FALSE(match("home/${aws:username}/*", "home/bob/x"));
  EXPECT_FALSE(match("home/${absent}/*", "home//x"));
  EXPECT_TRUE(match("home/${absent, 'all'}/*", "home/all/x"));
  EXPECT_TRUE(match("${aws:username}", "ann"));
  EXPECT_TRUE(match("a${*}b${?}c${$}", "a*b?c$"));
  EXPECT_FALSE(match("a${*}b", "axxb"));
  EXPECT_TRUE(match("x${star}", "x*"));
  EXPECT_FALSE(match("x${star}", "xyz"));  // a value is never a pattern
  EXPECT_FALSE(match("x${mark}", "xyz"));
  for (const char* text : {"${", "${aws:username", "a${}", "${k, x}", "\x01"}) {
    EXPECT_FALSE(Pattern::compile(text, Case::Sensitive, Wildcards::On, Variables::On)) << text;
  }
  const auto off = Pattern::compile("${aws:username}", Case::Sensitive, Wildcards::On, Variables::Off);
  EXPECT_TRUE(off->matches("${aws:username}", Values()));
  const auto expanded = Pattern::compile("${aws:username}/*", Case::Sensitive, Wildcards::On, Variables::On);
  EXPECT_EQ(expanded->expand(Values()), "ann/*");
}

TEST(Pattern, Arn) {
  const auto arn = [](std::string_view pattern, std::string_view text) {
    return Pattern::compile(pattern, Case::Sensitive, Wildcards::On, Variables::On)->matches_arn(text, Values());
  };
  EXPECT_TRUE(arn("arn:aws:sns:*:111122223333:t*", "arn:aws:sns:eu-west-1:111122223333:topic"));
  EXPECT_FALSE(arn("arn:aws:sns:*:topic:x:y", "arn:aws:sns:eu-west-1:111122223333:topic"));
  EXPECT_FALSE(arn("arn:aws:sns:*:x:topic", "arn:aws:sns:eu:x:x:topic"));
  EXPECT_TRUE(arn("arn:aws:logs:*:*:*", "arn:aws:logs:eu-west-1:1:log-group:/a:*"));
  EXPECT_TRUE(arn("*", "anything"));
  EXPECT_TRUE(arn("arn:aws:iam::*:user/${aws:username}", "arn:aws:iam::1:user/ann"));
}

}  // namespace
}  // namespace orrery::auth
