#include "services/logs/chunks/grams.h"

#include <random>

#include <gtest/gtest.h>

namespace orrery::logs {
namespace {

NeededText need(std::vector<std::vector<std::string>> clauses) { return {std::move(clauses)}; }

std::string grams_of(const std::vector<std::string>& lines) {
  GramWriter writer;
  for (const std::string& line : lines) writer.add(line);
  return std::move(writer).finish();
}

TEST(Grams, NeverMissWhatIsThere) {
  std::mt19937 random(1);  // NOLINT: the same lines each time
  for (int round = 0; round < 20; ++round) {
    std::vector<std::string> lines;
    for (int i = 0; i < 40; ++i) {
      std::string line;
      for (std::size_t size = random() % 200; line.size() < size;) line += static_cast<char>(' ' + random() % 90);
      lines.push_back(std::move(line));
    }
    const std::string grams = grams_of(lines);
    for (const std::string& line : lines) {
      if (line.empty()) continue;
      const std::size_t at = random() % line.size();
      EXPECT_TRUE(may_hold(grams, need({{line.substr(at, 1 + random() % 30)}})));
    }
  }
}

TEST(Grams, TellWhatIsNot) {
  std::vector<std::string> lines;
  for (int i = 0; i < 256; ++i)
    lines.push_back("[INFO] order " + std::to_string(100'000 + i) + " was shipped to its customer");
  const std::string grams = grams_of(lines);
  EXPECT_LE(grams.size(), 512U);  // few different ones: a small filter
  EXPECT_FALSE(may_hold(grams, need({{"PaymentDeclined"}})));
  EXPECT_TRUE(may_hold(grams, need({{"shipped"}})));
  EXPECT_FALSE(may_hold(grams, need({{"shipped"}, {"PaymentDeclined"}})));
  EXPECT_TRUE(may_hold(grams, need({{"PaymentDeclined", "shipped"}})));
  EXPECT_TRUE(may_hold(grams, need({{"xyz"}})));  // too short to know
  EXPECT_TRUE(may_hold(grams, need({})));
}

TEST(Grams, NoneOfWhatHasEverything) {
  std::mt19937 random(2);  // NOLINT: the same line each time
  std::string line;
  while (line.size() < 400'000) line += static_cast<char>(random());
  EXPECT_EQ(grams_of({line}), "");
  EXPECT_TRUE(may_hold("", need({{"anything"}})));
}

TEST(NeededText, IsFoundInAText) {
  EXPECT_TRUE(need({{"a", "b"}, {"c"}}).in("b and c"));
  EXPECT_FALSE(need({{"a", "b"}, {"c"}}).in("b"));
  EXPECT_TRUE(need({{""}}).in("b"));
}

}  // namespace
}  // namespace orrery::logs
