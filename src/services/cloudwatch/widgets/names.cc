#include "services/cloudwatch/widgets/gather.h"

#include <algorithm>
#include <map>

namespace orrery::cloudwatch::widgets {
namespace {

using Parts = std::map<std::string, std::string>;  // what a metric could be told by; in the order of its label

Parts parts_of(const MetricStat& stat) {
  Parts parts;
  for (const Dimension& dimension : *stat.Metric.Dimensions) parts["1" + dimension.Name] = dimension.Value;
  parts["2"] = *stat.Metric.Namespace;
  parts["3"] = stat.Stat;
  parts["4"] = std::to_string(stat.Period);
  return parts;
}

}  // namespace

void name_lines(std::vector<Line>& lines) {
  std::map<std::string, std::vector<const MetricStat*>> by_name;
  for (const Line& line : lines) {
    if (line.query.MetricStat) by_name[*line.query.MetricStat->Metric.MetricName].push_back(&*line.query.MetricStat);
  }
  for (Line& line : lines) {
    if (!line.query.MetricStat || (line.query.Label && !line.query.Label->empty())) continue;
    const MetricStat& stat = *line.query.MetricStat;
    std::string label;
    for (const auto& [part, value] : parts_of(stat)) {
      const bool common = std::ranges::all_of(by_name[*stat.Metric.MetricName], [&](const MetricStat* other) {
        const Parts its = parts_of(*other);
        const auto found = its.find(part);
        return found != its.end() && found->second == value;
      });
      if (!common) label.append(value).append(" ");
    }
    line.query.Label = label + *stat.Metric.MetricName;
  }
}

}  // namespace orrery::cloudwatch::widgets
