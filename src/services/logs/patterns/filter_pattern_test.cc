#include "services/logs/patterns/filter_pattern.h"

#include <gtest/gtest.h>

namespace orrery::logs {
namespace {

bool matches(std::string_view pattern, std::string_view message) {
  const auto parsed = FilterPattern::parse(pattern);
  EXPECT_TRUE(parsed) << pattern << ": " << (parsed ? "" : parsed.error().message);
  const bool found = parsed && parsed->matches(message);
  EXPECT_TRUE(!found || parsed->needed().in(message)) << pattern;  // what is needed is there whenever it matches
  return found;
}

std::vector<std::vector<std::string>> needed(std::string_view pattern) {
  const auto parsed = FilterPattern::parse(pattern);
  EXPECT_TRUE(parsed) << pattern;
  return parsed ? parsed->needed().clauses : std::vector<std::vector<std::string>>();
}

using Clauses = std::vector<std::vector<std::string>>;

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

TEST(FilterPattern, SaysWhatEveryMatchHas) {
  EXPECT_EQ(needed(""), Clauses());
  EXPECT_EQ(needed("ERROR \"a b\" -EXITING"), (Clauses{{"ERROR"}, {"a b"}}));
  EXPECT_EQ(needed("?ERROR ?WARN"), (Clauses{{"ERROR", "WARN"}}));
  EXPECT_EQ(needed("?ERROR -WARN"), Clauses());
  EXPECT_EQ(needed("%Declined%"), (Clauses{{"Declined"}}));
  EXPECT_EQ(needed("%Decl.ned%"), Clauses());
  EXPECT_EQ(needed("[a, b = ERROR]"), Clauses());
  const std::string any = "\\u00";  // letters may be escaped
  EXPECT_EQ(needed(R"({ $.level = "ERR*" && $.n > 1 })"), (Clauses{{"ERR", any}, {"level", any}, {"n", any}}));
  EXPECT_EQ(needed(R"({ $.level = "ERR/OR" || $.code = 500 })"), (Clauses{{"ERR", any, "code", any}}));
  EXPECT_EQ(needed(R"({ $.level = "ERROR" || $.gone NOT EXISTS })"), Clauses());
  EXPECT_TRUE(matches(R"({ $.level = "ERROR" })", R"({"l\u0065vel":"\u0045RROR"})"));
  EXPECT_TRUE(matches(R"({ $.level = "a/b" })", R"({"level":"a\/b"})"));
  EXPECT_TRUE(matches(R"({ $.n = "1e*" || $.n = 100 })", R"({"n":1e2})"));
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

TEST(FilterPattern, JsonElements) {
  const std::string message =
      R"({"items":[{"ip":"10.0.0.1","n":[1,2]},{"ip":"10.0.0.2","n":[3]}],"code":"AccessDenied"})";
  for (const char* pattern :
       {R"({ $.items[*].ip = "10.0.0.2" })", "{ $.items[*].n[*] > 2 }", "{ $.items[*].gone NOT EXISTS }",
        "{ $.code = %Access.*% }", "{ $.items[*].ip = %\\.2$% && $.code != %^Throttl% }", "{ $.code = * }"}) {
    EXPECT_TRUE(matches(pattern, message)) << pattern;
  }
  for (const char* pattern : {R"({ $.items[*].ip = "10.0.0.3" })", "{ $.items[*].n[*] > 3 }", "{ $.code[*] = 1 }",
                              "{ $.items[*].ip NOT EXISTS }"}) {
    EXPECT_FALSE(matches(pattern, message)) << pattern;
  }
}

TEST(FilterPattern, Regex) {
  EXPECT_TRUE(matches("%AUTHORIZED%", "[ERROR 401] UNAUTHORIZED REQUEST"));
  EXPECT_TRUE(matches(R"(%\d{1,3}\.\d{1,3}%)", "from 10.0"));
  EXPECT_TRUE(matches("%[Ee]rror|[Ff]ail%", "it Failed"));
  EXPECT_FALSE(matches("%^error%", "an error"));
}

constexpr const char* kAccess = "127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] \"GET /index.html HTTP/1.0\" 404 1534";

TEST(FilterPattern, Columns) {
  for (const char* pattern :
       {"[]", "[ip, id, user, timestamp, request, status_code, bytes]", "[..., bytes]", "[ip, ...]",
        "[ip, id, user, timestamp, request, status_code=4*, bytes]", "[..., status = 404 || status = 5*, size > 1000]",
        "[ip=%127\\.0\\.0\\.[1-9]%, user, ..., request=*.html*, status_code = 4*, bytes]",
        "[ip, ..., (s = 4* && s != 403), bytes >= 1534]", "[w1!=ERROR&&w1!=WARN, ...]", "[ip, , , , , , bytes]",
        "[..., request = \"GET * HTTP/1.0\", status, bytes]"}) {
    EXPECT_TRUE(matches(pattern, kAccess)) << pattern;
  }
  for (const char* pattern : {"[ip, id]", "[ip, id, user, timestamp, request, status_code=5*, bytes]",
                              "[..., bytes > 2000]", "[ip > 1, ...]", "[a, b, c, d, e, f, g, h, ...]"}) {
    EXPECT_FALSE(matches(pattern, kAccess)) << pattern;
  }
}

TEST(FilterPattern, ExtractsWhatItNames) {
  const auto values = FilterPattern::parse("[..., status = 4*, size]")->extract(kAccess);
  ASSERT_TRUE(values);
  EXPECT_EQ(values->at("$1"), "127.0.0.1");
  EXPECT_EQ(values->at("$4"), "10/Oct/2000:13:25:15 -0700");
  EXPECT_EQ(values->at("$5"), "GET /index.html HTTP/1.0");
  EXPECT_EQ(values->at("$status"), "404");
  EXPECT_EQ(values->at("$size"), "1534");
  EXPECT_EQ(values->size(), 7U);
  EXPECT_EQ(FilterPattern::parse("[]")->extract("a b")->at("$2"), "b");
  const auto selected = FilterPattern::parse("{ $.a.b[1] = 2 || $.c = \"x\" }")->extract(R"({"a":{"b":[1,2]}})");
  ASSERT_TRUE(selected);
  EXPECT_EQ(*selected, (std::map<std::string, std::string>{{"$.a.b[1]", "2"}}));
  EXPECT_FALSE(FilterPattern::parse("ERROR")->extract("fine"));
}

TEST(FilterPattern, RefusesWhatItDoesNotUnderstand) {
  for (const char* pattern : {"[ip, user",
                              "[a, ..., b, ...]",
                              "[a = 1 || b = 2]",
                              "[a = ]",
                              "[a > x]",
                              "[a b]",
                              "%err",
                              "%a(b)%",
                              "%a b%",
                              "%[%",
                              "%%",
                              "%a% ERROR",
                              "ERROR %a%",
                              "\"open",
                              "a,b",
                              "{ $.a }",
                              "{ $.a = }",
                              "{ $.a > \"x\" }",
                              "{ a = 1 }",
                              "{ $.a = 1",
                              "{ ($.a = 1 }",
                              "{ $.a = 1 } x",
                              "{ $.a = 1 $.b = 2 }",
                              "{ $.a = %x }",
                              "{ $.a[x] = 1 }",
                              "{ $.a = %x% && $.b = %y% && $.c = %z% }",
                              "-"}) {
    const auto parsed = FilterPattern::parse(pattern);
    ASSERT_FALSE(parsed) << pattern;
    EXPECT_EQ(parsed.error().code, "InvalidParameterException");
  }
}

}  // namespace
}  // namespace orrery::logs
