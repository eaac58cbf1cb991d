#include "pattern/index.h"

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
  for (int i = 0; i < 1000; ++i) {
    texts.push_back(R"({"source":["shop"],"detail":{"customer":["c)" + std::to_string(i) + R"("]}})");
  }
  const Index index = index_of(texts);
  EXPECT_THAT(index.matching(*parse_json(R"({"source":"shop","detail":{"customer":"c77"}})")), ElementsAre(77));
  EXPECT_THAT(index.matching(*parse_json(R"({"source":"bank","detail":{"customer":"c77"}})")), IsEmpty());
}

}  // namespace
}  // namespace orrery::pattern
