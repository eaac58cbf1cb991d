#include "services/cloudwatch/widgets/alarm.h"

#include "base/arn.h"
#include "services/cloudwatch/alarms/evaluation.h"
#include "services/cloudwatch/widgets/drawing/ticks.h"
#include "services/cloudwatch/widgets/parsing/fields.h"

namespace orrery::cloudwatch::widgets {
namespace {

constexpr std::string_view kPath = "/annotations/alarms/0";

std::string_view sign_of(std::string_view comparison) {
  if (comparison == ComparisonOperator::GreaterThanOrEqualToThreshold) return ">=";
  if (comparison == ComparisonOperator::GreaterThanThreshold) return ">";
  if (comparison == ComparisonOperator::LessThanThreshold) return "<";
  return "<=";
}

// "Errors > 5 for 2 datapoints within 10 minutes"
std::string threshold_text(const MetricAlarm& alarm) {
  const std::int64_t periods = alarm.EvaluationPeriods.value_or(1);
  const std::int64_t points = alarm.DatapointsToAlarm.value_or(periods);
  const std::int64_t span_s = periods * alarm_period_s(alarm);
  std::string text = alarm.MetricName.value_or(*alarm.AlarmName);
  text.append(" ").append(sign_of(*alarm.ComparisonOperator)).append(" ").append(full_number(*alarm.Threshold));
  text.append(" for ").append(std::to_string(points)).append(points == 1 ? " datapoint" : " datapoints");
  if (span_s % 60 != 0) return text + " within " + std::to_string(span_s) + " seconds";
  return text + " within " + std::to_string(span_s / 60) + (span_s == 60 ? " minute" : " minutes");
}

std::vector<Line> lines_of(const MetricAlarm& alarm) {
  std::vector<Line> lines;
  if (alarm.Metrics && !alarm.Metrics->empty()) {
    for (const MetricDataQuery& query : *alarm.Metrics) {
      Line& line = lines.emplace_back();
      line.query = query;
      line.visible = query.ReturnData.value_or(true);
      if (line.query.MetricStat && !line.query.MetricStat->Metric.Dimensions) {
        line.query.MetricStat->Metric.Dimensions.emplace();
      }
    }
    return lines;
  }
  MetricStat stat;
  stat.Metric.Namespace = alarm.Namespace;
  stat.Metric.MetricName = alarm.MetricName;
  stat.Metric.Dimensions = alarm.Dimensions.value_or(std::vector<Dimension>());
  stat.Stat = alarm.Statistic ? *alarm.Statistic : alarm.ExtendedStatistic.value_or("");
  stat.Period = alarm_period_s(alarm);
  stat.Unit = alarm.Unit;
  Line& line = lines.emplace_back();
  line.query.Id = "m1";
  line.query.MetricStat = std::move(stat);
  return lines;
}

}  // namespace

Result<> add_alarm(const Call& call, Reader& reader, Widget& widget) {
  if (!widget.alarm) return {};
  constexpr std::string_view kAlarm = "alarm:";
  const auto arn = Arn::parse(*widget.alarm);
  if (!arn || arn->service != "cloudwatch" || !arn->resource.starts_with(kAlarm)) {
    return fail(bad_widget(kPath, "Should be the ARN of an alarm"));
  }
  const auto record = arn->account == call.account && arn->region == call.region
                          ? TRY(find_alarm(reader, call.account, call.region, arn->resource.substr(kAlarm.size())))
                          : std::optional<AlarmRecord>();
  if (!record) return fail(bad_widget(kPath, "There is no alarm " + *widget.alarm));
  const MetricAlarm* alarm = record->metric();
  if (alarm == nullptr) return fail(bad_widget(kPath, "A composite alarm has no graph"));
  if (widget.lines.empty()) widget.lines = lines_of(*alarm);
  if (widget.title.empty()) widget.title = *alarm->AlarmName;
  Annotation& threshold = widget.horizontal.emplace_back();
  threshold.edge.value = *alarm->Threshold;
  threshold.edge.label = threshold_text(*alarm);
  return {};
}

}  // namespace orrery::cloudwatch::widgets
