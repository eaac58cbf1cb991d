#include "http/uri.h"

#include <gtest/gtest.h>

namespace orrery::http {
namespace {

TEST(Uri, SplitsTargets) {
  EXPECT_EQ(split_target("/a/b?c=d?e")->path, "/a/b");
  EXPECT_EQ(split_target("/a/b?c=d?e")->query, "c=d?e");
  EXPECT_EQ(split_target("/")->query, "");
  EXPECT_EQ(split_target("//a")->path, "//a");
  EXPECT_EQ(split_target("*")->path, "*");
  EXPECT_EQ(split_target("HTTP://h:1/x?y")->authority, "h:1");
  EXPECT_EQ(split_target("HTTP://h:1/x?y")->path, "/x");
  EXPECT_EQ(split_target("http://h")->path, "/");
  EXPECT_EQ(split_target("http://h?q")->query, "q");
  for (const char* bad : {"", "a", "?", "http://", "http:///x", "ftp://h/", "h:443", "/a#b"})
    EXPECT_FALSE(split_target(bad)) << bad;
}

TEST(Uri, ParsesQueries) {
  const auto parsed = parse_query("&a=b+c&%61%3D=%2B%26&flag&empty=&&a=2");
  ASSERT_TRUE(parsed.ok());
  ASSERT_EQ(parsed->size(), 5U);
  EXPECT_EQ((*parsed)[0].value, "b c");
  EXPECT_EQ((*parsed)[0].raw_value, "b+c");
  EXPECT_EQ((*parsed)[1].name, "a=");
  EXPECT_EQ((*parsed)[1].raw_name, "%61%3D");
  EXPECT_EQ((*parsed)[1].value, "+&");
  EXPECT_FALSE((*parsed)[2].has_value);
  EXPECT_TRUE((*parsed)[3].has_value);
  EXPECT_EQ(find_parameter(*parsed, "a"), parsed->data());
  EXPECT_EQ(find_parameter(*parsed, "b"), nullptr);
  EXPECT_EQ(parse_query("a=%zz").error().code, "InvalidURI");
  EXPECT_TRUE(parse_query("")->empty());
}

TEST(Uri, SplitsPaths) {
  using Pieces = std::vector<std::string>;
  EXPECT_EQ(*split_path("/a%2Fb/c+d"), (Pieces{"a/b", "c+d"}));
  EXPECT_EQ(*split_path("/"), Pieces{});
  EXPECT_EQ(*split_path("/a/"), (Pieces{"a", ""}));
  EXPECT_EQ(*split_path("//"), (Pieces{"", ""}));
  EXPECT_FALSE(split_path("/%4").ok());
}

}  // namespace
}  // namespace orrery::http
