#include "services/dynamodb/backups/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace orrery::dynamodb {
namespace {

std::vector<CsvReader::Row> rows(std::string_view text, char delimiter = ',', std::size_t piece = 3) {
  CsvReader reader(delimiter);
  std::vector<CsvReader::Row> out;
  const auto give = [&](const CsvReader::Row& row) { out.push_back(row); };
  for (std::size_t at = 0; at < text.size(); at += piece) reader.read(text.substr(at, piece), give);
  reader.finish(give);
  return out;
}

TEST(Csv, Rows) {
  using Rows = std::vector<CsvReader::Row>;
  EXPECT_EQ(rows("a,b\n1,2\n"), (Rows{{"a", "b"}, {"1", "2"}}));
  EXPECT_EQ(rows("a,b\r\n1,\r\n\r\n,2"), (Rows{{"a", "b"}, {"1", ""}, {"", "2"}}));
  EXPECT_EQ(rows("\"x,\"\"y\"\"\nz\",2"), (Rows{{"x,\"y\"\nz", "2"}}));
  EXPECT_EQ(rows("a\tb c", '\t'), (Rows{{"a", "b c"}}));
  EXPECT_EQ(rows(""), Rows{});
  EXPECT_EQ(rows("a\"b,c"), (Rows{{"a\"b", "c"}}));
}

}  // namespace
}  // namespace orrery::dynamodb
