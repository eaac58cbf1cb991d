// ["Namespace", "Metric", "Dimension", "value", {how to show it}], in which "." stands for what the metric before has
// in that place and "..." for all that the places around it leave, and [{"expression": "m1 * 2", …}].
#include "services/cloudwatch/data/stat.h"
#include "services/cloudwatch/metrics/spans.h"
#include "services/cloudwatch/widgets/parsing/fields.h"
#include "services/cloudwatch/widgets/parsing/parse.h"

#include <algorithm>
#include <set>

namespace orrery::cloudwatch::widgets {
namespace {

constexpr std::size_t kMostMetrics = 100;  // "One metrics array can include 1–100 metrics and expressions"
constexpr std::size_t kMostDimensions = 30;
using Names = std::vector<std::string>;

Result<Names> expand(const Names& written, const Names& before, const std::string& path) {
  const auto rest = std::ranges::find(written, "...");
  const auto ahead = static_cast<std::size_t>(rest - written.begin());
  const std::size_t behind = rest == written.end() ? 0 : written.size() - ahead - 1;
  if (rest != written.end() && ahead + behind > before.size()) {
    return fail(bad_widget(path, "\"...\" has nothing to stand for in the metric before"));
  }
  Names out;
  for (std::size_t i = 0; i < written.size(); ++i) {
    if (i == ahead) {
      out.insert(out.end(), before.begin() + static_cast<std::ptrdiff_t>(ahead),
                 before.end() - static_cast<std::ptrdiff_t>(behind));
      continue;
    }
    if (written[i] != ".") {
      out.push_back(written[i]);
    } else if (out.size() < before.size()) {
      out.push_back(before[out.size()]);
    } else {
      return fail(bad_widget(path + "/" + std::to_string(i), "\".\" has nothing to stand for in the metric before"));
    }
  }
  return out;
}

Result<> read_look(const Fields& look, const MetricDefaults& defaults, Line& line) {
  static constexpr Fields::Choice<Side> kSides[] = {{"left", Side::Left}, {"right", Side::Right}};
  line.side = TRY(look.choice("yAxis", kSides, Side::Left));
  line.visible = TRY(look.flag("visible", true));
  line.query.Label = TRY(look.text("label"));
  line.query.Id = TRY(look.text("id")).value_or("");
  line.query.AccountId = TRY(look.text("accountId"));
  if (const auto color = TRY(look.text("color"))) {
    line.color = parse_color(*color);
    if (!line.color) return fail(bad_widget(look.path("color"), "Should match pattern \"^#[0-9a-fA-F]{6}$\""));
  }
  const auto region = TRY(look.text("region"));
  if (region && *region != defaults.region) {
    return fail(bad_widget(look.path("region"), "Should be the region of the request, " + defaults.region));
  }
  return {};
}

Result<std::optional<std::int64_t>> period_in(const Fields& look) {
  const auto period_s = TRY(look.whole("period"));
  if (!period_s || good_period(*period_s)) return period_s;
  return fail(bad_widget(look.path("period"), "Should be 1, 5, 10, 20, 30 or a multiple of 60"));
}

Result<MetricStat> metric_of(const Names& names, const Fields& look, const MetricDefaults& defaults,
                             const std::string& path) {
  if (names.size() < 2) return fail(bad_widget(path, "Should NOT have fewer than 2 items"));
  if (names.size() % 2 != 0) return fail(bad_widget(path, "Should have a value for each dimension"));
  if (names.size() > 2 + 2 * kMostDimensions) return fail(bad_widget(path, "Should NOT have more than 30 dimensions"));
  MetricStat stat;
  stat.Metric.Namespace = names[0];
  stat.Metric.MetricName = names[1];
  auto& dimensions = stat.Metric.Dimensions.emplace();
  for (std::size_t i = 2; i < names.size(); i += 2) {
    Dimension& dimension = dimensions.emplace_back();
    dimension.Name = names[i];
    dimension.Value = names[i + 1];
  }
  stat.Stat = TRY(look.text("stat")).value_or(defaults.stat);
  if (!parse_stat(stat.Stat)) return fail(bad_widget(look.path("stat"), "Is not a statistic"));
  stat.Period = TRY(period_in(look)).value_or(defaults.period_s);
  return stat;
}

// `before`: the names of the metric before; becomes those of this one.
Result<Line> parse_line(const json::value& written, const std::string& path, const MetricDefaults& defaults,
                        Names& before) {
  if (!written.is_array()) return fail(bad_widget(path, "Should be array"));
  const json::array& items = written.get_array();
  static const json::value kNone = json::object();
  const bool described = !items.empty() && items.back().is_object();
  const std::size_t end = items.size() - (described ? 1 : 0);
  Names names;
  names.reserve(end);
  for (std::size_t i = 0; i < end; ++i) {
    if (!items[i].is_string()) return fail(bad_widget(path + "/" + std::to_string(i), "Should be string"));
    names.emplace_back(std::string_view(items[i].get_string()));
  }
  const Fields look = TRY(Fields::of(described ? items.back() : kNone, path + "/" + std::to_string(end)));
  Line line;
  TRY(read_look(look, defaults, line));
  if (const auto expression = TRY(look.text("expression"))) {
    if (!names.empty()) return fail(bad_widget(path, "Should be either a metric or an expression"));
    line.query.Expression = *expression;
    line.query.Period = TRY(period_in(look));
    return line;
  }
  before = TRY(expand(names, before, path));
  line.query.MetricStat = TRY(metric_of(before, look, defaults, path));
  return line;
}

}  // namespace

Result<std::vector<Line>> parse_metrics(const json::array& metrics, const MetricDefaults& defaults) {
  if (metrics.empty()) return fail(bad_widget("/metrics", "Should NOT have fewer than 1 items"));
  if (metrics.size() > kMostMetrics) return fail(bad_widget("/metrics", "Should NOT have more than 100 items"));
  std::vector<Line> lines;
  lines.reserve(metrics.size());
  std::set<std::string> ids;
  Names before;
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    const std::string path = "/metrics/" + std::to_string(i);
    lines.push_back(TRY(parse_line(metrics[i], path, defaults, before)));
    const std::string& id = lines.back().query.Id;
    if (!id.empty() && !ids.insert(id).second)
      return fail(bad_widget(path, "Should NOT have the id of another metric"));
  }
  std::size_t number = 0;
  for (Line& line : lines) {  // those that nobody can refer to
    while (line.query.Id.empty()) {
      std::string id = "q" + std::to_string(++number);
      if (ids.insert(id).second) line.query.Id = std::move(id);
    }
  }
  return lines;
}

}  // namespace orrery::cloudwatch::widgets
