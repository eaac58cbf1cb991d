#include "services/logs/insights/pipeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace orrery::logs::insights {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::int64_t kStart_ms = 1'767'225'600'000;  // 2026-01-01T00:00:00Z

// Events a minute apart, the first one given being the latest; shows a result as "a=1 b=2".
class Insights : public testing::Test {
 protected:
  Result<std::vector<std::string>> try_run(const std::string& text, std::size_t memory = std::size_t{64} << 20) {
    const auto query = parse_query(text);
    if (!query) return fail(query.error());
    Pipeline pipeline(*query, {kDefaultLimit, memory}, instant_from_ms(kStart_ms + 500));
    const auto stream = std::make_shared<const std::string>("s");
    const auto origin = std::make_shared<const Origin>(Origin{"123456789012:g", "g", 1, lambda});
    std::int64_t at = kStart_ms;
    for (const std::string& message : messages) {
      pipeline.push({instant_from_ms(at), instant_from_ms(at + 5), message, {at, 1, 0}, stream, origin, {}});
      at -= 60'000;
    }
    const auto lines = TRY(pipeline.finish());
    matched = pipeline.matched();
    std::vector<std::string> shown;
    for (const Line& line : lines) {
      std::string text_of_line;
      for (const auto& [name, value] : line) {
        if (name == "@ptr") continue;
        text_of_line += (text_of_line.empty() ? "" : " ") + name + "=" + value;
      }
      shown.push_back(text_of_line);
    }
    return shown;
  }
  std::vector<std::string> run(const std::string& text) {
    auto result = try_run(text);
    EXPECT_TRUE(result) << text << ": " << (result ? "" : result.error().message);
    return result ? *result : std::vector<std::string>();
  }
  // Of an expression, over the first event.
  std::string value(const std::string& expression) {
    const auto lines = run("fields " + expression + " as v | display v | limit 1");
    return lines.empty() ? "" : lines[0].empty() ? "-" : lines[0].substr(2);
  }

  std::vector<std::string> messages;
  bool lambda = false;
  std::int64_t matched = 0;
};

TEST_F(Insights, ShowsTimeAndMessageByDefault) {
  messages = {"b", "a"};
  EXPECT_THAT(run("filter @message = 'a'"), ElementsAre("@timestamp=2025-12-31 23:59:00.000 @message=a"));
  EXPECT_THAT(run("fields @message, @log, @logStream # a comment\n| limit 1"),
              ElementsAre("@message=b @log=123456789012:g @logStream=s"));
  EXPECT_THAT(run("sort @timestamp asc | display @message"), ElementsAre("@message=a", "@message=b"));
}

TEST_F(Insights, DiscoversJson) {
  messages = {R"({"level":"ERROR","n":1.5,"deep":{"a.b":[{"c":true}]},"x-y":"dash","nothing":null,"@m":"at",
                  "id":12345678901234567890})",
              "ERROR text"};
  EXPECT_EQ(value("level"), "ERROR");
  EXPECT_EQ(value("n"), "1.5");
  EXPECT_EQ(value("deep.`a.b`.0.c"), "1");
  EXPECT_EQ(value("deep.`a.b`[0].c"), "1");
  EXPECT_EQ(value("`x-y`"), "dash");
  EXPECT_EQ(value("nothing"), "-");
  EXPECT_EQ(value("@@m"), "at");
  EXPECT_EQ(value("id"), "12345678901234567890");
  EXPECT_THAT(run("filter n > 1 | fields n"), ElementsAre("n=1.5"));
  EXPECT_THAT(run("filter deep.`a.b`.0.c = 1 | fields level"), ElementsAre("level=ERROR"));
}

TEST_F(Insights, Comparisons) {
  messages = {R"({"n":10,"t":"abc","f":"10.5"})"};
  for (const char* holds : {"n = 10",
                            "n = '10'",
                            "n != 9",
                            "n >= 10 and n <= 10",
                            "f > 10",
                            "t = 'abc'",
                            "t > 'abb'",
                            "t like 'bc'",
                            "t like /^A/ or t like /(?i)^A/",
                            "t not like 'x'",
                            "t =~ /b./",
                            "n in [1, 10]",
                            "t not in ['a', 'b']",
                            "not t = 'x'",
                            "not (n = 1 or n = 2)",
                            "missing = 1 or n = 10",
                            "ispresent(t) and not ispresent(missing)",
                            "n + 1 = 11",
                            "-n = -10",
                            "2 ^ 3 ^ 2 = 512",
                            "10 % 3 = 1",
                            "(n - 1) * 2 / 9 = 2",
                            "n = 10 or n = 1 and n = 2"}) {
    EXPECT_EQ(run("filter " + std::string(holds) + " | fields n").size(), 1U) << holds;
  }
  for (const char* fails : {"n = 11", "t < 'abb'", "missing != 1", "missing not in [1]", "t > 5", "t like /^A/",
                            "not ispresent(t)", "t + 1 = 1"}) {
    EXPECT_EQ(run("filter " + std::string(fails) + " | fields n").size(), 0U) << fails;
  }
}

TEST_F(Insights, Functions) {
  messages = {R"({"n":-2.25,"t":"  Häuser ","ip":"10.1.2.3","ip6":"2001:db8::1","j":"{\"a\":[1,{\"b\":\"x\"}]}"})"};
  const std::pair<const char*, const char*> cases[] = {{"abs(n)", "2.25"},
                                                       {"ceil(n)", "-2"},
                                                       {"floor(n)", "-3"},
                                                       {"greatest(1, 3, 2)", "3"},
                                                       {"least(1, n)", "-2.25"},
                                                       {"sqrt(n)", "-"},
                                                       {"sqrt(16)", "4"},
                                                       {"log(1)", "0"},
                                                       {"1/3", "0.3333"},
                                                       {"n / 0", "-"},
                                                       {"trim(t)", "Häuser"},
                                                       {"ltrim('xxa', 'x')", "a"},
                                                       {"rtrim('a  ')", "a"},
                                                       {"strlen(trim(t))", "6"},
                                                       {"substr(trim(t), 1, 2)", "äu"},
                                                       {"substr('abc', 1)", "bc"},
                                                       {"substr('abc', 9)", ""},
                                                       {"toupper('aé')", "Aé"},
                                                       {"tolower('ABC')", "abc"},
                                                       {"replace('aXbX', 'X', '--')", "a--b--"},
                                                       {"strcontains(t, 'user')", "1"},
                                                       {"strcontains(t, 'User')", "0"},
                                                       {"concat('a', n, missing)", "a-2.25"},
                                                       {"isempty('')", "1"},
                                                       {"isempty(missing)", "1"},
                                                       {"isblank(' ')", "1"},
                                                       {"isblank(t)", "0"},
                                                       {"coalesce(missing, t, 'x')", "  Häuser "},
                                                       {"ispresent(n)", "1"},
                                                       {"if(n < 0, 'neg', 'pos')", "neg"},
                                                       {"case(n > 0, 'a', n < -3, 'b', 'c')", "c"},
                                                       {"isValidIp(ip)", "1"},
                                                       {"isValidIpv6(ip)", "0"},
                                                       {"isValidIpV4(ip)", "1"},
                                                       {"isIpv4InSubnet(ip, '10.1.0.0/16')", "1"},
                                                       {"isIpInSubnet(ip6, '2001:db8::/32')", "1"},
                                                       {"isIpv6InSubnet(ip, '10.1.0.0/16')", "0"},
                                                       {"isIpInSubnet('x', '10.1.0.0/16')", "0"},
                                                       {"jsonStringify(jsonParse(j))", R"({"a":[1,{"b":"x"}]})"},
                                                       {"jsonParse('no')", "-"},
                                                       {"bin(1h)", "2026-01-01 00:00:00.000"},
                                                       {"datefloor(@timestamp, 1mo)", "2026-01-01 00:00:00.000"},
                                                       {"dateceil(@ingestionTime, 1d)", "2026-01-02 00:00:00.000"},
                                                       {"datefloor(@timestamp, 1w)", "2025-12-29 00:00:00.000"},
                                                       {"toMillis(@timestamp)", "1767225600000"},
                                                       {"fromMillis(1000)", "1970-01-01 00:00:01.000"},
                                                       {"now()", "1767225600"},
                                                       {"datefloor(n, 1h)", "-"}};
  for (const auto& [expression, expected] : cases) EXPECT_EQ(value(expression), expected) << expression;
  EXPECT_THAT(run("fields jsonParse(j) as k | fields k.a.1.b as b | display b"), ElementsAre("b=x"));
}

TEST_F(Insights, Stats) {
  messages = {R"({"k":"a","n":1})", R"({"k":"b","n":10})", R"({"k":"a","n":3})", R"({"k":"a"})", "plain"};
  EXPECT_THAT(run("stats count(*)"), ElementsAre("count(*)=5"));
  EXPECT_THAT(run("stats count(n) as c, sum(n), avg(n), min(n), max(n) by k"),
              ElementsAre("c=0", "k=a c=2 sum(n)=4 avg(n)=2 min(n)=1 max(n)=3",
                          "k=b c=1 sum(n)=10 avg(n)=10 min(n)=10 max(n)=10"));
  EXPECT_THAT(run("stats count_distinct(k) as d, stddev(n) as s, pct(n, 50) as p, max(n) - min(n) as r"),
              ElementsAre("d=2 s=3.8586 p=3 r=9"));
  EXPECT_THAT(run("filter ispresent(n) | stats earliest(n), latest(n), sortsFirst(k), sortsLast(k)"),
              ElementsAre("earliest(n)=3 latest(n)=1 sortsFirst(k)=a sortsLast(k)=b"));
  EXPECT_THAT(run("stats latest(@timestamp) as t"), ElementsAre("t=1767225600000"));
  EXPECT_THAT(
      run("stats count() as c by bin(2m) as b | sort b asc"),
      ElementsAre("b=2025-12-31 23:56:00.000 c=2", "b=2025-12-31 23:58:00.000 c=2", "b=2026-01-01 00:00:00.000 c=1"));
  EXPECT_THAT(run("stats count(*) as c by k | filter c > 1 | stats count(*)"), ElementsAre("count(*)=1"));
  EXPECT_THAT(run("stats sum(n) as s by k | sort s desc | limit 1"), ElementsAre("k=b s=10"));
  EXPECT_THAT(run("stats count(*) as c by k | display c"), ElementsAre("c=1", "c=3", "c=1"));
  EXPECT_THAT(run("filter k = 'none' | stats count(*)"), ElementsAre());
  EXPECT_EQ(matched, 0);
}

TEST_F(Insights, SortsNaturally) {
  messages = {"a10", "5", "a9", "40", "", "-3", "b"};
  EXPECT_THAT(run("sort @message asc | fields @message"),
              ElementsAre("@message=", "@message=a9", "@message=a10", "@message=b", "@message=-3", "@message=5",
                          "@message=40"));
  EXPECT_THAT(run("sort @message desc | fields @message | limit 2"), ElementsAre("@message=40", "@message=5"));
  EXPECT_EQ(matched, 7);
}

TEST_F(Insights, Dedup) {
  messages = {R"({"s":"a","n":1})", R"({"s":"b","n":2})", R"({"s":"a","n":3})", "x", "x"};
  EXPECT_THAT(run("fields n | dedup s"), ElementsAre("n=1", "n=2", "", ""));
  EXPECT_THAT(run("fields n | sort n desc | dedup s | limit 3"), ElementsAre("n=3", "n=2", ""));
}

TEST_F(Insights, Parses) {
  messages = {"user=ann, method:GET, latency := 25 ms", "other"};
  EXPECT_THAT(run(R"(parse @message "user=*, method:*, latency := * ms" as u, @m, l | display u, @m, l * 2 | limit 1)"),
              ElementsAre("u=ann @m=GET l * 2=50"));
  EXPECT_THAT(run(R"(parse @message /user=(?<user>\w+).*latency := (?<ms>\d+)/ | filter ms > 20 | display user)"),
              ElementsAre("user=ann"));
  EXPECT_THAT(run("parse 'user=*,' as u | filter not ispresent(u) | fields @message"), ElementsAre("@message=other"));
  EXPECT_THAT(run("parse 'user=*,' as u | filter ispresent(u) | fields strlen(u)"), ElementsAre("u=ann strlen(u)=3"));
}

TEST_F(Insights, ReadsLambdasOwnLines) {
  lambda = true;
  messages = {
      "REPORT RequestId: 8f5\tDuration: 12.5 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 64 "
      "MB\tInit Duration: 99.1 ms\t",
      "2026-01-01T00:00:00Z\t8f5\tINFO\t{\"a\":1}"};
  EXPECT_THAT(
      run("filter @type = 'REPORT' | fields @requestId, @duration, @billedDuration, @memorySize, @maxMemoryUsed, "
          "@initDuration"),
      ElementsAre("@requestId=8f5 @duration=12.5 @billedDuration=13 @memorySize=128000000 "
                  "@maxMemoryUsed=64000000 @initDuration=99.1"));
  EXPECT_THAT(run("filter a = 1 | fields a"), ElementsAre("a=1"));
}

TEST_F(Insights, RefusesWithThePlace) {
  const std::pair<const char*, const char*> cases[] = {
      {"fields @timestamp | count()", "unexpected symbol found count at line 1 and position 21"},
      {"pattern @message", "unexpected symbol found pattern at line 1 and position 1"},
      {"unmask @message", "unexpected symbol found unmask at line 1 and position 1"},
      {"fields a |\n filter a ~ 1", "unexpected symbol found ~ at line 2 and position 11"},
      {"filter", "unexpected end of query"},
      {"", "unexpected end of query"},
      {"fields a,", "unexpected end of query"},
      {"filter a = 'x", "a quotation is not closed"},
      {"filter a like /x", "a regular expression is not closed"},
      {"filter a like /(/", "invalid regular expression"},
      {"filter a = 1 b", "unexpected symbol found b"},
      {"filter wat(a)", "Function wat is not supported"},
      {"filter abs() = 1", "Invalid arguments for the function abs"},
      {"fields bin(5)", "Invalid arguments for the function bin"},
      {"fields 5m", "unexpected symbol found 5m"},
      {"fields bin(5x)", "unexpected symbol found 5x"},
      {"stats a by b", "stats needs an aggregate function"},
      {"stats sum(count(*))", "Aggregate function count"},
      {"filter count(*) > 1", "Aggregate function count"},
      {"stats pct(a)", "Invalid arguments for the function pct"},
      {"limit 0", "limit must be between"},
      {"limit any 5", "unexpected symbol found any"},
      {"dedup a | sort b", "unexpected symbol found sort"},
      {"parse @message 'x' as a", "there is no *"},
      {"parse @message '* *' as a", "the pattern has 2 *"},
      {"parse @message '*'", "unexpected end of query"},
      {"parse @message /(x)/", "no named group"},
      {"sort a upwards", "unexpected symbol found upwards"},
      {"filter and", "unexpected symbol found and"},
      {"filter a not 5", "unexpected symbol found 5"},
  };
  for (const auto& [query, message] : cases) {
    const auto result = parse_query(query);
    ASSERT_FALSE(result) << query;
    EXPECT_EQ(result.error().code, "MalformedQueryException");
    EXPECT_THAT(result.error().message, HasSubstr(message)) << query;
    EXPECT_EQ(result.error().fields.at(0).first, "queryCompileError");
  }
  std::string deep = "filter ";
  for (int i = 0; i < 100'000; ++i) deep += '(';
  EXPECT_FALSE(parse_query(deep));
}

TEST_F(Insights, KeepsNoMoreThanItMay) {
  for (int i = 0; i < 2000; ++i) messages.push_back(std::string(1000, 'x') + std::to_string(i));
  EXPECT_TRUE(try_run("sort @message asc | limit 5 | display @message", 100'000));
  EXPECT_FALSE(try_run("sort @message asc", 100'000));
  EXPECT_FALSE(try_run("stats count(*) by @message", 100'000));
  EXPECT_FALSE(try_run("stats count_distinct(@message)", 100'000));
  EXPECT_TRUE(try_run("stats count(*)", 100'000));
}

}  // namespace
}  // namespace orrery::logs::insights
