#include "services/cloudwatch/alarms/notification.h"

#include "base/plain_json.h"

#include <algorithm>
#include <utility>

namespace orrery::cloudwatch {
namespace {

constexpr std::size_t kMostSubject = 100;

constexpr std::pair<std::string_view, std::string_view> kRegions[] = {
    {"af-south-1", "Africa (Cape Town)"},
    {"ap-east-1", "Asia Pacific (Hong Kong)"},
    {"ap-northeast-1", "Asia Pacific (Tokyo)"},
    {"ap-northeast-2", "Asia Pacific (Seoul)"},
    {"ap-northeast-3", "Asia Pacific (Osaka)"},
    {"ap-south-1", "Asia Pacific (Mumbai)"},
    {"ap-south-2", "Asia Pacific (Hyderabad)"},
    {"ap-southeast-1", "Asia Pacific (Singapore)"},
    {"ap-southeast-2", "Asia Pacific (Sydney)"},
    {"ap-southeast-3", "Asia Pacific (Jakarta)"},
    {"ap-southeast-4", "Asia Pacific (Melbourne)"},
    {"ca-central-1", "Canada (Central)"},
    {"ca-west-1", "Canada West (Calgary)"},
    {"eu-central-1", "EU (Frankfurt)"},
    {"eu-central-2", "Europe (Zurich)"},
    {"eu-north-1", "EU (Stockholm)"},
    {"eu-south-1", "EU (Milan)"},
    {"eu-south-2", "Europe (Spain)"},
    {"eu-west-1", "EU (Ireland)"},
    {"eu-west-2", "EU (London)"},
    {"eu-west-3", "EU (Paris)"},
    {"il-central-1", "Israel (Tel Aviv)"},
    {"me-central-1", "Middle East (UAE)"},
    {"me-south-1", "Middle East (Bahrain)"},
    {"sa-east-1", "South America (Sao Paulo)"},
    {"us-east-1", "US East (N. Virginia)"},
    {"us-east-2", "US East (Ohio)"},
    {"us-west-1", "US West (N. California)"},
    {"us-west-2", "US West (Oregon)"},
};

std::string region_name(const std::string& region) {
  const auto* found = std::ranges::find(kRegions, region, &std::pair<std::string_view, std::string_view>::first);
  return found == std::end(kRegions) ? region : std::string(found->second);
}

// SampleCount -> SAMPLE_COUNT
std::string shouted(std::string_view statistic) {
  std::string out;
  for (const char c : statistic) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper && !out.empty()) out.push_back('_');
    out.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c);
  }
  return out;
}

json::value text_or_null(const std::optional<std::string>& text) { return text ? json::value(*text) : json::value(); }

json::array dimensions_of(const std::optional<std::vector<Dimension>>& dimensions) {
  json::array out;
  if (!dimensions) return out;
  for (const Dimension& one : *dimensions) out.push_back(json::object{{"value", one.Value}, {"name", one.Name}});
  return out;
}

json::object query_of(const MetricDataQuery& query) {
  json::object out;
  if (query.Expression) out["Expression"] = *query.Expression;
  out["Id"] = query.Id;
  if (query.Label) out["Label"] = *query.Label;
  if (const auto& stat = query.MetricStat) {
    const json::object metric{{"Dimensions", dimensions_of(stat->Metric.Dimensions)},
                              {"MetricName", stat->Metric.MetricName.value_or("")},
                              {"Namespace", stat->Metric.Namespace.value_or("")}};
    json::object shown{{"Metric", metric}, {"Period", stat->Period}, {"Stat", stat->Stat}};
    if (stat->Unit) shown["Unit"] = *stat->Unit;
    out["MetricStat"] = std::move(shown);
  }
  out["ReturnData"] = query.ReturnData.value_or(true);
  return out;
}

json::object trigger_of(const MetricAlarm& alarm) {
  json::object out;
  if (alarm.Metrics && !alarm.Metrics->empty()) {
    json::array queries;
    for (const MetricDataQuery& query : *alarm.Metrics) queries.push_back(query_of(query));
    out["Metrics"] = std::move(queries);
  } else {
    out["MetricName"] = alarm.MetricName.value_or("");
    out["Namespace"] = alarm.Namespace.value_or("");
    out["StatisticType"] = alarm.Statistic ? "Statistic" : "ExtendedStatistic";
    if (alarm.Statistic) {
      out["Statistic"] = shouted(*alarm.Statistic);
    } else {
      out["ExtendedStatistic"] = alarm.ExtendedStatistic.value_or("");
    }
    out["Unit"] = text_or_null(alarm.Unit);
    out["Dimensions"] = dimensions_of(alarm.Dimensions);
    out["Period"] = alarm.Period.value_or(0);
  }
  out["EvaluationPeriods"] = alarm.EvaluationPeriods.value_or(1);
  if (alarm.DatapointsToAlarm) out["DatapointsToAlarm"] = *alarm.DatapointsToAlarm;
  out["ComparisonOperator"] = alarm.ComparisonOperator.value_or("");
  if (alarm.Threshold) out["Threshold"] = *alarm.Threshold;
  out["TreatMissingData"] = alarm.TreatMissingData.value_or("missing");
  out["EvaluateLowSampleCountPercentile"] = alarm.EvaluateLowSampleCountPercentile.value_or("");
  return out;
}

// The alarms that a composite one has gone off for, as its state's data names them.
json::array children_of(const AlarmState& state) {
  json::array out;
  const auto data = parse_json(state.reason_data);
  const json::value* causes = data ? find(*data, "triggeringAlarms") : nullptr;
  if (causes == nullptr || !causes->is_array()) return out;
  for (const json::value& one : causes->get_array()) {
    const json::value* child = find(one, "state");
    if (child == nullptr) continue;
    out.push_back(json::object{
        {"Arn", text_of(one, "arn")},
        {"State", json::object{{"Value", text_of(*child, "value")}, {"Timestamp", text_of(*child, "timestamp")}}}});
  }
  return out;
}

json::array actions_of(const std::optional<std::vector<std::string>>& actions) {
  json::array out;
  if (!actions) return out;
  for (const std::string& action : *actions) out.emplace_back(action);
  return out;
}

}  // namespace

std::string notification_subject(const AlarmRecord& record) {
  const std::string head = record.state() + ": \"";
  const std::string tail = "\" in " + region_name(record.region);
  std::string name = record.name();
  const std::size_t room = kMostSubject - std::min(kMostSubject, head.size() + tail.size());
  if (name.size() > room) name = name.substr(0, room - 3) + "...";
  std::ranges::replace_if(
      name, [](unsigned char c) { return c < 0x20 || c > 0x7e; }, '?');
  return head + name + tail;
}

std::string notification_message(const AlarmRecord& record, const AlarmState& before) {
  const AlarmState now = state_of(record);
  json::object out{{"AlarmName", record.name()}};
  std::visit(
      [&](const auto& alarm) {
        out["AlarmDescription"] = text_or_null(alarm.AlarmDescription);
        out["AWSAccountId"] = record.account;
        if (alarm.AlarmConfigurationUpdatedTimestamp) {
          out["AlarmConfigurationUpdatedTimestamp"] = alarm_time(*alarm.AlarmConfigurationUpdatedTimestamp);
        }
        out["NewStateValue"] = now.value;
        out["NewStateReason"] = now.reason;
        out["StateChangeTime"] = alarm_time(now.since);
        out["Region"] = region_name(record.region);
        out["AlarmArn"] = record.arn();
        out["OldStateValue"] = before.value;
        out["OKActions"] = actions_of(alarm.OKActions);
        out["AlarmActions"] = actions_of(alarm.AlarmActions);
        out["InsufficientDataActions"] = actions_of(alarm.InsufficientDataActions);
      },
      record.alarm);
  if (const CompositeAlarm* composite = record.composite()) {
    out["AlarmRule"] = composite->AlarmRule.value_or("");
    out["TriggeringChildren"] = children_of(now);
  } else {
    out["Trigger"] = trigger_of(*record.metric());
  }
  return plain_json(out);
}

}  // namespace orrery::cloudwatch
