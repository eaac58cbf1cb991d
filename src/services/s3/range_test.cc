#include "services/s3/range.h"

#include <gtest/gtest.h>

namespace orrery::s3 {
namespace {

void expect_part(std::string_view header, std::uint64_t size, ByteRange range) {
  const auto parsed = parse_range(header, size);
  EXPECT_EQ(parsed.kind, RangeKind::Part) << header;
  EXPECT_EQ(parsed.range, range) << header;
}

TEST(Range, Parts) {
  expect_part("bytes=0-0", 10, {0, 1});
  expect_part("bytes=2-5", 10, {2, 4});
  expect_part("bytes=2-", 10, {2, 8});
  expect_part("bytes=2-99", 10, {2, 8});
  expect_part("bytes=-3", 10, {7, 3});
  expect_part("bytes=-99", 10, {0, 10});
  expect_part("bytes=5-99999999999999999999999", 10, {5, 5});
  EXPECT_EQ((ByteRange{2, 4}.content_range(10)), "bytes 2-5/10");
}

TEST(Range, BeyondTheEnd) {
  for (const char* header : {"bytes=10-", "bytes=10-20", "bytes=-0", "bytes=99999999999999999999999-"}) {
    EXPECT_EQ(parse_range(header, 10).kind, RangeKind::Unsatisfiable) << header;
  }
  EXPECT_EQ(parse_range("bytes=0-0", 0).kind, RangeKind::Unsatisfiable);
  EXPECT_EQ(parse_range("bytes=-1", 0).kind, RangeKind::Unsatisfiable);
}

TEST(Range, MalformedIsIgnored) {
  for (const char* header :
       {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-2", "items=0-1", "bytes=0-1,3-4", "bytes=0-1x"}) {
    EXPECT_EQ(parse_range(header, 10).kind, RangeKind::Whole) << header;
  }
}

}  // namespace
}  // namespace orrery::s3
