#include "services/cloudwatch/publishing/reports.h"

#include "base/json.h"

namespace orrery::cloudwatch {

void publish_report(MetricSink& sink, const FunctionReport& report) {
  const auto document = parse_json(report.record);
  if (!document) return;
  const bool good = find_string(*document, "status") == "success";
  const json::value* duration = find(*document, "durationMs");
  const double duration_ms = duration != nullptr && duration->is_number() ? duration->to_number<double>() : 0;
  using Dimensions = std::vector<std::pair<std::string_view, std::string_view>>;
  const Dimensions by[] = {
      {}, {{"FunctionName", report.function}}, {{"FunctionName", report.function}, {"Resource", report.function}}};
  for (const Dimensions& dimensions : by) {
    PublishedMetric metric{report.account, report.region, "AWS/Lambda", "Invocations", "Count", dimensions};
    sink.publish(metric, 1);
    metric.name = "Errors";
    sink.publish(metric, good ? 0 : 1);
    metric.name = "Duration";
    metric.unit = "Milliseconds";
    sink.publish(metric, duration_ms);
  }
}

}  // namespace orrery::cloudwatch
