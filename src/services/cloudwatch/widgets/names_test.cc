#include "services/cloudwatch/widgets/gather.h"
#include "services/cloudwatch/widgets/parsing/parse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace orrery::cloudwatch::widgets {
namespace {

std::vector<std::string> names(std::string_view metrics) {
  const auto widget =
      parse_widget("{\"metrics\": " + std::string(metrics) + "}", {instant_from_ms(1'772'366'400'000), ""});
  return widget ? names_of(widget->lines) : std::vector<std::string>();
}

TEST(Names, SayWhatTellsMetricsApart) {
  using testing::ElementsAre;
  EXPECT_THAT(names(R"([["App", "Hits", "Page", "a"], ["App", "Errors", "Page", "a"]])"),
              ElementsAre("Hits", "Errors"));
  EXPECT_THAT(names(R"([["App", "Hits", "Page", "a", "Stage", "x"], ["...", "y"], ["App", "Hits", {"label": "All"}]])"),
              ElementsAre("a x Hits", "a y Hits", "Hits"));
  EXPECT_THAT(names(R"([["A", "Hits"], ["B", "Hits"]])"), ElementsAre("A Hits", "B Hits"));
  EXPECT_THAT(names(R"([["A", "Hits"], ["A", "Hits", {"stat": "p99"}], [{"expression": "1"}]])"),
              ElementsAre("Average Hits", "p99 Hits", "1"));
}

}  // namespace
}  // namespace orrery::cloudwatch::widgets
