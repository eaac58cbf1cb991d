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

std::vector<std::string> names_of(const std::vector<Line>& lines) {
  std::map<std::string, std::vector<Parts>> by_name;
  for (const Line& line : lines) {
    if (const auto& stat = line.query.MetricStat) by_name[*stat->Metric.MetricName].push_back(parts_of(*stat));
  }
  std::vector<std::string> names;
  names.reserve(lines.size());
  for (const Line& line : lines) {
    std::string& name = names.emplace_back(line.query.Expression.value_or(""));
    if (!line.query.MetricStat) continue;
    const std::vector<Parts>& others = by_name[*line.query.MetricStat->Metric.MetricName];
    for (const auto& own : parts_of(*line.query.MetricStat)) {
      const bool common = std::ranges::all_of(others, [&own](const Parts& its) {
        const auto found = its.find(own.first);
        return found != its.end() && found->second == own.second;
      });
      if (!common) name.append(own.second).append(" ");
    }
    name += *line.query.MetricStat->Metric.MetricName;
  }
  return names;
}

}  // namespace orrery::cloudwatch::widgets
