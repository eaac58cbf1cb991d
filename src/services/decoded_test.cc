#include "services/decoded.h"

#include "base/error.h"

#include <gtest/gtest.h>

namespace orrery {
namespace {

struct Counted {
  Decoded<std::string> known{2};
  int decoded = 0;

  Result<std::string> ask(std::string_view name, std::string_view bytes) {
    const auto value = TRY(known.of(name, bytes, [&]() -> Result<std::string> {
      ++decoded;
      if (bytes.empty()) return fail(internal_error("nothing"));
      return "<" + std::string(bytes) + ">";
    }));
    return *value;
  }
};

TEST(Decoded, DecodesTheSameBytesOnce) {
  Counted c;
  EXPECT_EQ(*c.ask("a", "1"), "<1>");
  EXPECT_EQ(*c.ask("a", "1"), "<1>");
  EXPECT_EQ(c.decoded, 1);
}

TEST(Decoded, DecodesOtherBytesOfTheSameName) {
  Counted c;
  EXPECT_EQ(*c.ask("a", "1"), "<1>");
  EXPECT_EQ(*c.ask("a", "2"), "<2>");
  EXPECT_EQ(*c.ask("a", "2"), "<2>");
  EXPECT_EQ(c.decoded, 2);
}

TEST(Decoded, DoesNotRememberFailures) {
  Counted c;
  EXPECT_FALSE(c.ask("a", ""));
  EXPECT_FALSE(c.ask("a", ""));
  EXPECT_EQ(c.decoded, 2);
}

TEST(Decoded, HoldsOnlySoMany) {
  Counted c;
  for (const char* name : {"a", "b", "c", "c", "a"}) EXPECT_EQ(*c.ask(name, "1"), "<1>");
  EXPECT_EQ(c.decoded, 4);
}

}  // namespace
}  // namespace orrery
