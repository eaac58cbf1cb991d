#include "services/cloudwatch/alarms/documents.h"

namespace orrery::cloudwatch {
namespace {

json::object state_document(const AlarmState& state) {
  json::object out{{"value", state.value}, {"reason", state.reason}};
  if (!state.reason_data.empty()) out["reasonData"] = state.reason_data;
  out["timestamp"] = alarm_time(state.since);
  return out;
}

json::object dimensions_document(const std::optional<std::vector<Dimension>>& dimensions) {
  json::object out;
  if (!dimensions) return out;
  for (const Dimension& dimension : *dimensions) out[dimension.Name] = dimension.Value;
  return out;
}

json::object metric_document(std::string_view space, std::string_view name,
                             const std::optional<std::vector<Dimension>>& dimensions) {
  return {{"namespace", space}, {"name", name}, {"dimensions", dimensions_document(dimensions)}};
}

json::object query_document(const MetricDataQuery& query) {
  json::object out{{"id", query.Id}};
  if (query.Expression) out["expression"] = *query.Expression;
  if (query.Label) out["label"] = *query.Label;
  if (query.Period) out["period"] = *query.Period;
  if (const auto& stat = query.MetricStat) {
    json::object metric{{"metric", metric_document(stat->Metric.Namespace.value_or(""),
                                                   stat->Metric.MetricName.value_or(""), stat->Metric.Dimensions)},
                        {"period", stat->Period},
                        {"stat", stat->Stat}};
    if (stat->Unit) metric["unit"] = *stat->Unit;
    out["metricStat"] = std::move(metric);
  }
  out["returnData"] = query.ReturnData.value_or(true);
  return out;
}

json::array metrics_document(const MetricAlarm& alarm) {
  json::array out;
  if (alarm.Metrics && !alarm.Metrics->empty()) {
    for (const MetricDataQuery& query : *alarm.Metrics) out.push_back(query_document(query));
    return out;
  }
  json::object stat{
      {"metric", metric_document(alarm.Namespace.value_or(""), alarm.MetricName.value_or(""), alarm.Dimensions)},
      {"period", alarm.Period.value_or(0)},
      {"stat", alarm.Statistic ? *alarm.Statistic : alarm.ExtendedStatistic.value_or("")}};
  if (alarm.Unit) stat["unit"] = *alarm.Unit;
  out.push_back(json::object{{"id", "m1"}, {"metricStat", std::move(stat)}, {"returnData", true}});
  return out;
}

json::object configuration(const AlarmRecord& record) {
  json::object out;
  std::visit(
      [&](const auto& alarm) {
        if (alarm.AlarmDescription) out["description"] = *alarm.AlarmDescription;
      },
      record.alarm);
  if (const CompositeAlarm* composite = record.composite()) {
    out["alarmRule"] = composite->AlarmRule.value_or("");
  } else {
    out["metrics"] = metrics_document(*record.metric());
  }
  return out;
}

}  // namespace

AlarmState state_of(const AlarmRecord& record) {
  return std::visit(
      [](const auto& alarm) {
        return AlarmState{alarm.StateValue.value_or(""), alarm.StateReason.value_or(""),
                          alarm.StateReasonData.value_or(""), alarm.StateUpdatedTimestamp.value_or(Instant())};
      },
      record.alarm);
}

json::object event_detail(const AlarmRecord& record, const AlarmState& before) {
  return {{"alarmName", record.name()},
          {"state", state_document(state_of(record))},
          {"previousState", state_document(before)},
          {"configuration", configuration(record)}};
}

json::object action_event(const AlarmRecord& record, const AlarmState& before, Instant now) {
  return {{"source", "aws.cloudwatch"}, {"alarmArn", record.arn()}, {"accountId", record.account},
          {"time", alarm_time(now)},    {"region", record.region},  {"alarmData", event_detail(record, before)}};
}

std::string history_data(const AlarmState& before, const AlarmState& after) {
  const auto document = [](const AlarmState& state) {
    json::object out{{"stateValue", state.value}, {"stateReason", state.reason}};
    if (!state.reason_data.empty()) {
      if (auto data = parse_json(state.reason_data)) out["stateReasonData"] = *std::move(data);
    }
    return out;
  };
  return to_text(json::object{{"version", "1.0"}, {"oldState", document(before)}, {"newState", document(after)}});
}

}  // namespace orrery::cloudwatch
