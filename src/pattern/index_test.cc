#include "pattern/index.h"

#include <cstdint>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace orrery::pattern {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Index index_of(const std::vector<std::string>& texts) {
  std::vector<Pattern> patterns;
  for (const auto& text : texts) {
    auto pattern = parse_pattern(text);
    EXPECT_TRUE(pattern.ok()) << text;
    if (pattern) patterns.push_back(*pattern);
  }
  return Index(std::move(patterns));
}

TEST(PatternIndex, FindsWhatMatchesHoweverItIsWritten) {
  const Index index = index_of({
      R"({"source":["shop"]})",
      R"({"source":["shop","bank"],"detail":{"kind":["order"]}})",
      R"({"source":[{"prefix":"sh"}]})",
      R"({"detail":{"kind":["refund"]}})",
      R"({"$or":[{"source":["shop"]},{"detail-type":["x"]}]})",
      R"({"detail":{"tags":["red","green"]}})",
      R"({"detail":{"lines":{"item":["pen"]}}})",
      R"({"detail":{"count":[5]}})",
      R"({"source":["shop",{"exists":false}]})",
      R"({"gone":[{"exists":false}],"source":["shop"]})",
  });
  const auto matching = [&](std::string_view text) { return index.matching(*parse_json(text)); };
  EXPECT_THAT(matching(R"({"source":"shop","detail":{"kind":"order"}})"), ElementsAre(0, 1, 2, 4, 8, 9));
  EXPECT_THAT(matching(R"({"source":"bank","detail":{"kind":"order"}})"), ElementsAre(1));
  EXPECT_THAT(matching(R"({"source":"x","detail":{"kind":["refund","order"],"tags":["blue","green"]}})"),
              ElementsAre(3, 5));
  EXPECT_THAT(matching(R"({"source":"x","detail":{"lines":[{"item":"ink"},{"item":"pen"}],"count":5}})"),
              ElementsAre(6, 7));
  EXPECT_THAT(matching(R"({"detail":{}})"), ElementsAre(8));
  EXPECT_THAT(matching(R"({"source":"none"})"), IsEmpty());
  EXPECT_THAT(Index().matching(json::value()), IsEmpty());
}

TEST(PatternIndex, AThousandRulesOfOneSourceAreFiledByWhatTellsThemApart) {
  std::vector<std::string> texts;
  texts.reserve(1000);
  for (int i = 0; i < 1000; ++i) {
    texts.push_back(R"({"source":["shop"],"detail":{"customer":["c)" + std::to_string(i) + R"("]}})");
  }
  const Index index = index_of(texts);
  EXPECT_THAT(index.matching(*parse_json(R"({"source":"shop","detail":{"customer":"c77"}})")), ElementsAre(77));
  EXPECT_THAT(index.matching(*parse_json(R"({"source":"bank","detail":{"customer":"c77"}})")), IsEmpty());
}

TEST(PatternIndex, PatternsOfNumbersAreFiledByTheirFields) {
  const Index index = index_of({
      R"({"detail":{"a":[{"numeric":[">",1]}]}})",
      R"({"detail":{"b":[{"exists":true}],"c":[{"exists":false}]}})",
      R"({"detail":{"a":[true,null],"b":[{"anything-but":"x"}]}})",
  });
  const auto matching = [&](std::string_view text) { return index.matching(*parse_json(text)); };
  EXPECT_THAT(matching(R"({"detail":{"a":2,"b":1}})"), ElementsAre(0, 1));
  EXPECT_THAT(matching(R"({"detail":{"a":[null],"b":["x","y"],"c":1}})"), ElementsAre(2));
  EXPECT_THAT(matching(R"({"detail":{"a":{"a":2},"b":{}}})"), IsEmpty());
  EXPECT_THAT(matching(R"({"detail":{"a":[],"b":[]}})"), IsEmpty());
}

// Patterns and events of few names and values, so that many match.
class Generator {
 public:
  explicit Generator(std::uint64_t seed) : state_(seed * 2 + 1) {}

  std::string pattern(int depth = 0) {
    std::string out = "{";
    const std::size_t fields = 1 + next(2);
    for (std::size_t i = 0; i < fields; ++i) {
      out.append(i > 0 ? "," : "").append("\"").append(1, static_cast<char>('a' + static_cast<int>(i * 2 + next(2))));
      out.append("\":").append(depth < 2 && next(3) == 0 ? pattern(depth + 1) : tests());
    }
    if (next(6) == 0) {
      out.append(R"(,"$or":[{"e":)").append(tests()).append(R"(},{"f":)").append(tests()).append("}]");
    }
    return out + "}";
  }
  std::string event(int depth = 0) {
    std::string out = "{";
    bool first = true;
    for (const char name : {'a', 'b', 'c', 'd', 'e', 'f'}) {
      if (next(3) == 0) continue;
      out.append(first ? "\"" : ",\"").append(1, name).append("\":").append(value(depth));
      first = false;
    }
    return out + "}";
  }

 private:
  std::size_t next(std::size_t below) {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::size_t>(state_ >> 33U) % below;
  }
  std::string tests() {
    static constexpr const char* kTests[] = {R"("x")",
                                             R"("y")",
                                             "1",
                                             "null",
                                             "true",
                                             R"({"prefix":"x"})",
                                             R"({"exists":true})",
                                             R"({"exists":false})",
                                             R"({"anything-but":"x"})",
                                             R"({"anything-but":[1,2]})",
                                             R"({"numeric":[">",0]})",
                                             R"({"equals-ignore-case":"X"})"};
    std::string out = "[";
    out += kTests[next(next(2) == 0 ? 2 : std::size(kTests))];
    if (next(3) == 0) out.append(",").append(kTests[next(std::size(kTests))]);
    return out + "]";
  }
  std::string value(int depth) {
    static constexpr const char* kValues[] = {R"("x")", R"("y")", R"("xy")", "1", "2.5", "null", "true", "[]", "{}"};
    if (depth < 2 && next(4) == 0) return event(depth + 1);
    if (depth < 2 && next(5) == 0) return "[" + value(depth + 1) + "," + value(depth + 1) + "]";
    return kValues[next(std::size(kValues))];
  }

  std::uint64_t state_;
};

TEST(PatternIndex, FindsExactlyWhatEachPatternAloneMatches) {
  std::size_t matched = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Generator generator(seed);
    std::vector<std::string> texts;
    std::vector<Pattern> patterns;
    for (int i = 0; i < 60; ++i) {
      texts.push_back(generator.pattern());
      auto pattern = parse_pattern(texts.back());
      ASSERT_TRUE(pattern.ok()) << texts.back() << ": " << pattern.error().message;
      patterns.push_back(*std::move(pattern));
    }
    const Index index(patterns);
    for (int i = 0; i < 60; ++i) {
      const std::string text = generator.event();
      const json::value event = *parse_json(text);
      std::vector<std::size_t> expected;
      for (std::size_t place = 0; place < patterns.size(); ++place) {
        if (matches(patterns[place], event)) expected.push_back(place);
      }
      matched += expected.size();
      EXPECT_EQ(index.matching(event), expected) << text;
    }
  }
  EXPECT_GT(matched, 1000U);
}

}  // namespace
}  // namespace orrery::pattern
