#include "services/cloudwatch/alarms/evaluation.h"

#include "base/arn.h"
#include "services/cloudwatch/alarms/judge.h"
#include "services/cloudwatch/metrics/query_set.h"
#include "services/cloudwatch/metrics/spans.h"

#include <algorithm>

#include <fmt/format.h>

namespace orrery::cloudwatch {
namespace {

constexpr std::size_t kExtraPeriods = 2;  // of the evaluation range, beyond the alarm's

struct Sample {
  std::int64_t at_s = 0;
  std::optional<double> value;
  double count = 0;  // of what it is made of; expressions: unknown
};

// The newest first.
Result<std::vector<Sample>> samples_of(Transaction& tx, const AlarmRecord& record, std::int64_t end_s,
                                       std::size_t periods, Instant now) {
  const MetricAlarm& alarm = *record.metric();
  const std::int64_t period_s = alarm_period_s(alarm);
  const std::int64_t start_s = end_s - static_cast<std::int64_t>(periods) * period_s;
  std::map<std::int64_t, Sample> found;
  if (alarm.Metrics && !alarm.Metrics->empty()) {
    QuerySet queries = TRY(QuerySet::make(*alarm.Metrics));
    const QueryPlace place{record.account, record.region, instant_from_ms(start_s * 1000),
                           instant_from_ms(end_s * 1000), now};
    for (std::size_t i = 0; i < alarm.Metrics->size(); ++i) {
      if (!(*alarm.Metrics)[i].ReturnData.value_or(true)) continue;
      const math::Value value = TRY(queries.value(tx, place, i));
      if (value.type != math::Value::Type::Series) continue;
      for (const auto& [at, number] : value.series[0].points) found[at] = {at, number, 0};
    }
  } else {
    Call call;
    call.account = record.account;
    call.region = record.region;
    const auto metric = TRY(find_metric(tx, metric_name(call, *alarm.Namespace, *alarm.MetricName, alarm.Dimensions)));
    const auto stat = parse_stat(alarm.Statistic ? *alarm.Statistic : alarm.ExtendedStatistic.value_or(""));
    if (metric && stat) {
      std::map<std::int64_t, Statistics> merged;
      for (const Point& point :
           TRY(read_points(tx, *metric, {start_s, end_s, period_s}, alarm.Unit.value_or(""), now))) {
        merged[point.start_s].merge(point.statistics);
      }
      for (const auto& [at, statistics] : merged) found[at] = {at, value_of(*stat, statistics), statistics.count};
    }
  }
  std::vector<Sample> samples;
  samples.reserve(periods);
  for (std::int64_t at = end_s - period_s; at >= start_s; at -= period_s) {
    const auto sample = found.find(at);
    samples.push_back(sample == found.end() ? Sample{at, std::nullopt, 0} : sample->second);
  }
  return samples;
}

AlarmRule rule_of(const MetricAlarm& alarm) {
  AlarmRule rule;
  rule.periods = static_cast<std::size_t>(alarm.EvaluationPeriods.value_or(1));
  rule.to_alarm = static_cast<std::size_t>(alarm.DatapointsToAlarm.value_or(alarm.EvaluationPeriods.value_or(1)));
  rule.comparison = *alarm.ComparisonOperator;
  rule.threshold = alarm.Threshold.value_or(0);
  const std::string missing = alarm.TreatMissingData.value_or("missing");
  rule.missing = missing == "breaching"      ? Missing::Breaching
                 : missing == "notBreaching" ? Missing::NotBreaching
                 : missing == "ignore"       ? Missing::Ignore
                                             : Missing::Missing;
  return rule;
}

std::string number_text(double value) {
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

std::string_view comparison_text(std::string_view comparison) {
  if (comparison == "GreaterThanOrEqualToThreshold") return "greater than or equal to";
  if (comparison == "GreaterThanThreshold") return "greater than";
  if (comparison == "LessThanThreshold") return "less than";
  return "less than or equal to";
}

// "[12.0 (01/03/26 17:00:00)]": day, month, year.
std::string points_text(const std::vector<Sample>& samples, const AlarmRule& rule) {
  std::string out = "[";
  std::size_t told = 0;
  for (const Sample& sample : samples) {
    if (!sample.value || told == rule.periods) continue;
    const std::string time = iso8601_seconds(instant_from_ms(sample.at_s * 1000));
    if (told++ > 0) out += ", ";
    out.append(number_text(*sample.value)).append(" (").append(time, 8, 2).append("/").append(time, 5, 2);
    out.append("/").append(time, 2, 2).append(" ").append(time, 11, 8).append(")");
  }
  return out + "]";
}

std::string reason_of(const std::vector<Sample>& samples, const AlarmRule& rule, const Judgement& judgement,
                      const AlarmRecord& record) {
  const auto plural = [](std::size_t n) { return n == 1 ? std::string(" datapoint") : std::string(" datapoints"); };
  if (judgement.verdict == Verdict::Insufficient) {
    return "Insufficient Data: " + std::to_string(rule.periods) + plural(rule.periods) +
           (rule.periods == 1 ? " was unknown." : " were unknown.");
  }
  const bool alarm = judgement.verdict == Verdict::Alarm;
  if (judgement.real == 0) {
    return "Threshold Crossed: no datapoints were received for " + std::to_string(rule.periods) +
           (rule.periods == 1 ? " period and " : " periods and ") + std::to_string(judgement.filled) + " missing" +
           plural(judgement.filled) + (judgement.filled == 1 ? " was" : " were") + " treated as [" +
           (alarm ? "Breaching" : "NonBreaching") + "].";
  }
  const std::size_t count = alarm ? judgement.breaching : judgement.real - judgement.breaching;
  const std::size_t least = alarm ? rule.to_alarm : rule.periods - rule.to_alarm + 1;
  std::string out = "Threshold Crossed: " + std::to_string(count) + " out of the last " + std::to_string(rule.periods) +
                    plural(rule.periods) + " " + points_text(samples, rule) + (count == 1 ? " was " : " were ") +
                    (alarm ? "" : "not ");
  out.append(comparison_text(rule.comparison)).append(" the threshold (").append(number_text(rule.threshold));
  out.append(") (minimum ").append(std::to_string(least)).append(plural(least)).append(" for ");
  out.append(record.state()).append(" -> ").append(alarm ? "ALARM" : "OK").append(" transition).");
  return out.substr(0, 1023);
}

std::string reason_data(const std::vector<Sample>& samples, const AlarmRule& rule, const MetricAlarm& alarm,
                        Instant now) {
  json::array recent;
  json::array evaluated;
  for (const Sample& sample : samples) {
    if (recent.size() == rule.periods) break;
    if (!sample.value) continue;
    recent.insert(recent.begin(), json::value(*sample.value));
    json::object one{{"timestamp", alarm_time(instant_from_ms(sample.at_s * 1000))}, {"value", *sample.value}};
    if (sample.count > 0) one["sampleCount"] = sample.count;
    evaluated.push_back(std::move(one));
  }
  json::object out{{"version", "1.0"}, {"queryDate", alarm_time(now)}};
  if (!samples.empty()) out["startDate"] = alarm_time(instant_from_ms(samples.back().at_s * 1000));
  if (alarm.Statistic) out["statistic"] = *alarm.Statistic;
  out["period"] = alarm_period_s(alarm);
  out["recentDatapoints"] = std::move(recent);
  out["threshold"] = rule.threshold;
  out["evaluatedDatapoints"] = std::move(evaluated);
  std::string text = to_text(out);
  if (text.size() <= 4000) return text;
  out.erase("evaluatedDatapoints");
  return to_text(out);
}

// "ignore: the alarm state doesn't change during periods with too few data points to be statistically significant".
bool too_few(const MetricAlarm& alarm, const std::vector<Sample>& samples) {
  if (alarm.EvaluateLowSampleCountPercentile != "ignore" || !alarm.ExtendedStatistic) return false;
  const auto stat = parse_stat(*alarm.ExtendedStatistic);
  if (!stat || stat->kind != Stat::Kind::Percentile) return false;
  const double share = *stat->high / 100;
  const double needed = share >= 0.5 ? 10 / std::max(1 - share, 1e-9) : 10 / std::max(share, 1e-9);
  return std::ranges::any_of(samples, [&](const Sample& sample) { return sample.value && sample.count < needed; });
}

Result<> evaluate_metric(CloudWatch& cloudwatch, Transaction& tx, const AlarmRecord& record, Instant now) {
  const MetricAlarm& alarm = *record.metric();
  const AlarmRule rule = rule_of(alarm);
  const std::int64_t every_s = evaluation_every_s(alarm_period_s(alarm));
  const std::int64_t now_s = epoch_ms(now) / 1000;
  const auto samples = TRY(samples_of(tx, record, now_s - now_s % every_s, rule.periods + kExtraPeriods, now));
  if (too_few(alarm, samples)) return {};
  std::vector<std::optional<double>> values;
  values.reserve(samples.size());
  for (const Sample& sample : samples) values.push_back(sample.value);
  const Judgement judgement = judge(rule, values);
  if (judgement.verdict == Verdict::Keep) return {};
  NewState state;
  state.value = judgement.verdict == Verdict::Alarm ? StateValue::ALARM
                : judgement.verdict == Verdict::Ok  ? StateValue::OK
                                                    : StateValue::INSUFFICIENT_DATA;
  const bool unchecked = alarm.StateReason.value_or("").starts_with("Unchecked");
  if (state.value == record.state() && !unchecked) return {};
  state.reason = reason_of(samples, rule, judgement, record);
  state.reason_data = reason_data(samples, rule, alarm, now);
  return change_state(cloudwatch, tx, record, state, now);
}

}  // namespace

std::int64_t alarm_period_s(const MetricAlarm& alarm) {
  if (alarm.Period) return *alarm.Period;
  std::int64_t longest = 0;
  if (alarm.Metrics) {
    for (const MetricDataQuery& query : *alarm.Metrics) {
      if (query.MetricStat) longest = std::max(longest, query.MetricStat->Period);
      if (query.Period) longest = std::max(longest, *query.Period);
    }
  }
  return longest == 0 ? 300 : longest;
}

std::int64_t evaluation_every_s(std::int64_t period_s) { return std::min<std::int64_t>(period_s, 300); }

Result<> arm_evaluation(CloudWatch& cloudwatch, Transaction& tx, const AlarmRecord& record, Instant now) {
  Timer timer{std::string(kAlarmTimer), record.arn(), now, {}};
  if (record.metric() != nullptr) {
    const std::int64_t every_s = std::max<std::int64_t>(evaluation_every_s(alarm_period_s(*record.metric())), 1);
    timer.due = instant_from_ms((epoch_ms(now) / 1000 / every_s + 1) * every_s * 1000);
  }
  return cloudwatch.background.arm(tx, timer);
}

Result<> on_alarm_timer(CloudWatch& cloudwatch, Transaction& tx, const Timer& timer) {
  const auto arn = Arn::parse(timer.id);
  if (!arn) return {};
  const auto record = TRY(find_alarm(tx, arn->account, arn->region, arn->resource.substr(arn->resource.find(':') + 1)));
  if (!record) return {};
  if (record->composite() != nullptr) return evaluate_composite(cloudwatch, tx, *record, timer.now);
  TRY(arm_evaluation(cloudwatch, tx, *record, timer.now));
  return evaluate_metric(cloudwatch, tx, *record, timer.now);
}

}  // namespace orrery::cloudwatch
