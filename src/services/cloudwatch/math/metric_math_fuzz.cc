// Any text is either refused with the documented code or evaluates without harm: as metric math, as the terms of a
// search, as the rule of a composite alarm, as a statistic.
#include "base/check.h"
#include "services/cloudwatch/alarms/rule.h"
#include "services/cloudwatch/data/stat.h"
#include "services/cloudwatch/math/search.h"
#include "services/cloudwatch/math/value.h"

using namespace orrery;
using namespace orrery::cloudwatch;

namespace {

math::Scope scope() {
  math::Scope scope;
  scope.end_s = 300;
  scope.resolve = [](const std::string& id) -> Result<math::Value> {
    math::Series series;
    series.id = id;
    series.points = {{0, 1}, {60, -2}, {240, 1e300}};
    return math::Value::of(std::move(series));
  };
  scope.metrics = [](const std::string& part) -> Result<std::vector<math::Series>> {
    return std::vector<math::Series>(part.size() % 3);
  };
  scope.search = [](const std::string& terms, const std::string& /*stat*/,
                    std::int64_t /*period_s*/) -> Result<std::vector<math::Series>> {
    TRY(math::Search::parse(terms));
    return std::vector<math::Series>(1);
  };
  return scope;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (size > 2048) return 0;  // the longest expression
  if (const auto tree = math::parse(text)) {
    const auto value = math::evaluate(*tree, scope());
    CHECK(value || value.error().code == "ValidationError");
  }
  if (const auto search = math::Search::parse(text)) search->matches({"1", "r", "n", "m", {{"d", "v"}}});
  if (const auto rule = CompositeRule::parse(text)) rule->holds([](const std::string&) { return "OK"; });
  Statistics statistics;
  statistics.add(1, 2);
  statistics.add(3, 1);
  if (const auto stat = parse_stat(text)) value_of(*stat, statistics);
  std::string_view bytes = text;
  decode_statistics(bytes);
  return 0;
}
