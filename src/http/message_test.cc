#include "http/message.h"

#include <gtest/gtest.h>

namespace orrery::http {
namespace {

TEST(HeaderList, KeepsOrderAndReplaces) {
  HeaderList list;
  list.add("A", "1");
  list.add("b", "");
  list.add("a", "2");
  EXPECT_EQ(list.wire(), "A: 1\r\nb: \r\na: 2\r\n");
  EXPECT_EQ(list.find("B"), "");
  EXPECT_EQ(list.find("a"), "1");
  EXPECT_FALSE(list.find("c"));
  list.set("a", "3");
  EXPECT_EQ(list.wire(), "b: \r\na: 3\r\n");
  list.remove("x");
  list.remove("B");
  EXPECT_EQ(list.wire(), "a: 3\r\n");
}

TEST(HeaderList, CannotBeSplit) {
  HeaderList list;
  list.add("A", std::string_view("x\r\nSet-Cookie: y\0", 17));
  EXPECT_EQ(list.wire(), "A: x  Set-Cookie: y \r\n");
}

TEST(Headers, FindsWithoutCase) {
  const Header fields[] = {{"Content-Type", "a"}, {"X", "1"}, {"x", "2"}};
  const Headers headers(fields);
  EXPECT_EQ(headers.find("content-type"), "a");
  EXPECT_EQ(headers.get("none"), "");
  std::string all;
  headers.all("X", [&](std::string_view value) { all += value; });
  EXPECT_EQ(all, "12");
  EXPECT_FALSE(equals_ignoring_case("a@", "a`"));
  EXPECT_TRUE(has_token("keep-alive, Upgrade", "upgrade"));
  EXPECT_FALSE(has_token("keep-alive", "keep"));
}

}  // namespace
}  // namespace orrery::http
