#include "functions/log_lines.h"

#include <vector>

#include <gmock/gmock.h>

namespace orrery::functions {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> split(std::initializer_list<std::string_view> pieces) {
  std::vector<std::string> lines;
  LineSplitter splitter;
  const auto take = [&lines](std::string line) { lines.push_back(std::move(line)); };
  for (const auto piece : pieces) splitter.push(piece, take);
  splitter.flush(take);
  return lines;
}

TEST(LineSplitter, CutsLinesWhateverThePieces) {
  EXPECT_THAT(split({"a\nb", "c\n", "\nd"}), ElementsAre("a", "bc", "", "d"));
  EXPECT_THAT(split({"one\r\n"}), ElementsAre("one\r"));
}

TEST(LineSplitter, KeepsRecordsOfSeveralLinesTogether) {
  EXPECT_THAT(split({"\x1e"
                     "first\x1fsecond\nnext\n"}),
              ElementsAre("first\nsecond", "next"));
}

TEST(LineSplitter, CutsOverlongLinesBetweenCharacters) {
  std::string line;
  while (line.size() < 600'000) line += "\xE2\x82\xAC";
  const auto lines = split({std::string_view(line).substr(0, 300'000), std::string_view(line).substr(300'000), "\n"});
  std::string joined;
  for (const auto& piece : lines) {
    EXPECT_LE(piece.size(), kMaxLineBytes);
    joined += piece;
  }
  EXPECT_EQ(joined, line);
}

TEST(LogLines, AreLambdas) {
  EXPECT_EQ(start_line("r-1", "$LATEST"), "START RequestId: r-1 Version: $LATEST");
  EXPECT_EQ(report_line({"r-1", 12.345, 13, 128, 40, std::nullopt, "", ""}),
            "REPORT RequestId: r-1\tDuration: 12.35 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: "
            "40 MB\t");
  EXPECT_EQ(
      report_line({"r-1", 3000, 3000, 128, 40, 95.5, "timeout", ""}),
      "REPORT RequestId: r-1\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\tMemory Size: 128 MB\tMax Memory Used: "
      "40 MB\tInit Duration: 95.50 ms\tStatus: timeout");
  EXPECT_EQ(timeout_message(3000), "Task timed out after 3.00 seconds");
  EXPECT_EQ(exit_message("exit 1"), "Runtime exited with error: exit status 1");
  EXPECT_EQ(exit_message("exit 0"), "Runtime exited without providing a reason");
  EXPECT_EQ(exit_message("signal 9"), "Runtime exited with error: signal: killed");
  EXPECT_EQ(exit_message("signal 11"), "Runtime exited with error: signal: segmentation fault");
}

}  // namespace
}  // namespace orrery::functions
