// PutMetricAlarm (docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html).
#include "services/cloudwatch/alarms/putting.h"
#include "services/cloudwatch/data/stat.h"
#include "services/cloudwatch/metrics/query_set.h"
#include "services/cloudwatch/metrics/spans.h"
#include "services/cloudwatch/operations.h"

#include <algorithm>

namespace orrery::cloudwatch {
namespace {

bool good_alarm_period(std::int64_t period_s) {
  return period_s == 10 || period_s == 20 || period_s == 30 || (period_s >= 60 && period_s % 60 == 0);
}

// What belongs to other kinds of alarms than Orrery has.
Result<> check_supported(const PutMetricAlarmInput& input) {
  std::string_view name;
  if (input.ThresholdMetricId) name = "ThresholdMetricId";
  if (input.EvaluationWindow) name = "EvaluationWindow";
  if (input.WarmUpConfiguration) name = "WarmUpConfiguration";
  if (input.EvaluationCriteria) name = "EvaluationCriteria";
  if (input.EvaluationInterval) name = "EvaluationInterval";
  if (input.ActionConfiguration) name = "ActionConfiguration";
  if (name.empty() && input.ComparisonOperator && input.ComparisonOperator->find("Threshold") != std::string::npos &&
      input.ComparisonOperator->find("er") != std::string::npos &&
      (input.ComparisonOperator->find("Lower") != std::string::npos ||
       input.ComparisonOperator->find("Upper") != std::string::npos)) {
    name = "ComparisonOperator of anomaly detection";
  }
  if (name.empty()) return {};
  return fail(invalid("Orrery does not support the parameter " + std::string(name) + " of PutMetricAlarm."));
}

Result<> check_metrics(const PutMetricAlarmInput& input) {
  const std::pair<bool, std::string_view> others[] = {
      {input.MetricName.has_value(), "MetricName"},
      {input.Namespace.has_value(), "Namespace"},
      {input.Statistic.has_value(), "Statistic"},
      {input.ExtendedStatistic.has_value(), "ExtendedStatistic"},
      {input.Dimensions.has_value(), "Dimensions"},
      {input.Period.has_value(), "Period"},
      {input.Unit.has_value(), "Unit"},
  };
  for (const auto& [given, name] : others) {
    if (given) return fail(invalid(std::string(name) + " should not be set if list of Metrics is set."));
  }
  const auto returning = std::ranges::count_if(
      *input.Metrics, [](const MetricDataQuery& query) { return query.ReturnData.value_or(true); });
  if (returning != 1) return fail(invalid("Exactly one element of the metrics list should return data."));
  TRY(QuerySet::make(*input.Metrics));
  return {};
}

Result<> check_metric(const PutMetricAlarmInput& input) {
  if (!input.MetricName) return fail(invalid("MetricName must not be null"));
  if (!input.Namespace) return fail(invalid("Namespace must not be null"));
  if (input.Statistic.has_value() == input.ExtendedStatistic.has_value()) {
    return fail(invalid("Either Statistic or ExtendedStatistic must be set, and not both"));
  }
  if (input.ExtendedStatistic) {
    const auto stat = parse_stat(*input.ExtendedStatistic);
    if (!stat || !stat->extended()) {
      return fail(
          invalid("The value " + *input.ExtendedStatistic + " for parameter ExtendedStatistic is not supported."));
    }
  }
  if (!input.Period) return fail(invalid("Period must not be null"));
  if (!good_alarm_period(*input.Period)) {
    return fail(invalid("Period must be 10, 20, 30 or a multiple of 60"));
  }
  return {};
}

Result<> check_window(const PutMetricAlarmInput& input) {
  if (!input.EvaluationPeriods) return fail(invalid("EvaluationPeriods must not be null"));
  if (input.DatapointsToAlarm && *input.DatapointsToAlarm > *input.EvaluationPeriods) {
    return fail(invalid("DatapointsToAlarm must be less than or equal to EvaluationPeriods"));
  }
  MetricAlarm alarm;
  alarm.Period = input.Period;
  alarm.Metrics = input.Metrics;
  const std::int64_t period_s = alarm_period_s(alarm);
  const std::int64_t most_s = period_s >= 3600 ? 7 * kDay_s : kDay_s;
  if (period_s > most_s / *input.EvaluationPeriods) {
    return fail(invalid(period_s >= 3600 ? "Metrics cannot be checked across more than seven days (EvaluationPeriods * "
                                           "Period must be <= 604800)."
                                         : "Metrics cannot be checked across more than a day (EvaluationPeriods * "
                                           "Period must be <= 86400)."));
  }
  return {};
}

Result<> check_words(const PutMetricAlarmInput& input) {
  if (!input.ComparisonOperator) return fail(invalid("ComparisonOperator must not be null"));
  if (!input.Threshold) return fail(invalid("Threshold must not be null"));
  static constexpr std::string_view kMissing[] = {"breaching", "notBreaching", "ignore", "missing"};
  if (input.TreatMissingData && std::ranges::find(kMissing, *input.TreatMissingData) == std::end(kMissing)) {
    return fail(invalid("Option " + *input.TreatMissingData +
                        " is not supported for TreatMissingData. Supported options are [breaching, notBreaching, "
                        "ignore, missing]."));
  }
  static constexpr std::string_view kFew[] = {"evaluate", "ignore"};
  if (input.EvaluateLowSampleCountPercentile &&
      std::ranges::find(kFew, *input.EvaluateLowSampleCountPercentile) == std::end(kFew)) {
    return fail(invalid("Option " + *input.EvaluateLowSampleCountPercentile +
                        " is not supported for EvaluateLowSampleCountPercentile. Supported options are [evaluate, "
                        "ignore]."));
  }
  return {};
}

MetricAlarm alarm_of(const Call& call, const PutMetricAlarmInput& input) {
  MetricAlarm alarm;
  alarm.AlarmName = input.AlarmName;
  alarm.AlarmArn = alarm_arn(call.account, call.region, input.AlarmName);
  alarm.AlarmDescription = input.AlarmDescription;
  alarm.MetricName = input.MetricName;
  alarm.Namespace = input.Namespace;
  alarm.Statistic = input.Statistic;
  alarm.ExtendedStatistic = input.ExtendedStatistic;
  if (input.Metrics) {
    alarm.Metrics = input.Metrics;
  } else {
    alarm.Dimensions = input.Dimensions.value_or(std::vector<Dimension>());
  }
  alarm.Period = input.Period;
  alarm.Unit = input.Unit;
  alarm.EvaluationPeriods = input.EvaluationPeriods;
  alarm.DatapointsToAlarm = input.DatapointsToAlarm;
  alarm.Threshold = input.Threshold;
  alarm.ComparisonOperator = input.ComparisonOperator;
  alarm.TreatMissingData = input.TreatMissingData;
  alarm.EvaluateLowSampleCountPercentile = input.EvaluateLowSampleCountPercentile;
  return alarm;
}

}  // namespace

Result<wire::Empty> put_metric_alarm(CloudWatch& cloudwatch, Call& call, Transaction& tx,
                                     const PutMetricAlarmInput& input) {
  TRY(check_supported(input));
  const bool math = input.Metrics && !input.Metrics->empty();
  TRY(math ? check_metrics(input) : check_metric(input));
  TRY(check_window(input));
  TRY(check_words(input));
  TRY(put_configured(cloudwatch, call, tx, alarm_of(call, input), input));
  return wire::Empty{};
}

}  // namespace orrery::cloudwatch
