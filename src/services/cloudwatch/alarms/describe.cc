#include "services/cloudwatch/alarms/records.h"
#include "services/cloudwatch/alarms/rule.h"
#include "services/cloudwatch/operations.h"
#include "services/paging.h"
#include "services/record.h"

#include <algorithm>
#include <set>

namespace orrery::cloudwatch {
namespace {

constexpr std::int64_t kPage = 50;
constexpr std::int64_t kHistoryPage = 100;

bool type_wanted(const std::optional<std::vector<std::string>>& types, bool composite) {
  if (!types || types->empty()) return !composite;  // "If you omit this parameter, only metric alarms are returned"
  return std::ranges::find(*types, composite ? AlarmType::CompositeAlarm : AlarmType::MetricAlarm) != types->end();
}

bool action_wanted(const AlarmRecord& record, const std::optional<std::string>& prefix) {
  if (!prefix) return true;
  return std::visit(
      [&](const auto& alarm) {
        for (const auto* actions : {&alarm.OKActions, &alarm.AlarmActions, &alarm.InsufficientDataActions}) {
          if (*actions && std::ranges::any_of(**actions, [&](const auto& one) { return one.starts_with(*prefix); })) {
            return true;
          }
        }
        return false;
      },
      record.alarm);
}

bool wanted(const AlarmRecord& record, const DescribeAlarmsInput& input) {
  if (!type_wanted(input.AlarmTypes, record.composite() != nullptr)) return false;
  if (input.AlarmNames && !input.AlarmNames->empty() &&
      std::ranges::find(*input.AlarmNames, record.name()) == input.AlarmNames->end()) {
    return false;
  }
  if (input.AlarmNamePrefix && !record.name().starts_with(*input.AlarmNamePrefix)) return false;
  return (!input.StateValue || record.state() == *input.StateValue) && action_wanted(record, input.ActionPrefix);
}

void add(DescribeAlarmsOutput& output, const AlarmRecord& record) {
  if (const CompositeAlarm* composite = record.composite()) {
    output.CompositeAlarms->push_back(*composite);
  } else {
    output.MetricAlarms->push_back(*record.metric());
  }
}

// "The information returned … includes only the AlarmName, AlarmArn, StateValue and StateUpdatedTimestamp".
template <class Alarm>
Alarm relative(const Alarm& alarm) {
  Alarm out;
  out.AlarmName = alarm.AlarmName;
  out.AlarmArn = alarm.AlarmArn;
  out.StateValue = alarm.StateValue;
  out.StateUpdatedTimestamp = alarm.StateUpdatedTimestamp;
  return out;
}

Result<DescribeAlarmsOutput> relatives(const Call& call, Reader& reader, const DescribeAlarmsInput& input,
                                       DescribeAlarmsOutput output) {
  const std::string& name = input.ChildrenOfAlarmName ? *input.ChildrenOfAlarmName : *input.ParentsOfAlarmName;
  const auto record = TRY(find_alarm(reader, call.account, call.region, name));
  if (!record) return output;
  std::vector<std::string> names;
  if (!input.ChildrenOfAlarmName) {
    names = TRY(parents_of(reader, *record));
  } else if (record->composite() != nullptr) {
    for (const std::string& written : TRY(CompositeRule::parse(*record->composite()->AlarmRule)).alarms()) {
      names.push_back(name_of(written));
    }
  }
  for (const std::string& one : names) {
    const auto found = TRY(find_alarm(reader, call.account, call.region, one));
    if (!found) continue;
    AlarmRecord shown;
    std::visit([&](const auto& alarm) { shown.alarm = relative(alarm); }, found->alarm);
    add(output, shown);
  }
  return output;
}

bool asks_for(const MetricAlarm& alarm, const DescribeAlarmsForMetricInput& input, const MetricName& metric,
              const Call& call) {
  if (!alarm.MetricName || !alarm.Namespace) return false;
  if (metric_name(call, *alarm.Namespace, *alarm.MetricName, alarm.Dimensions) != metric) return false;
  if (input.Statistic && alarm.Statistic != input.Statistic) return false;
  if (input.ExtendedStatistic && alarm.ExtendedStatistic != input.ExtendedStatistic) return false;
  if (input.Period && alarm.Period != input.Period) return false;
  return !input.Unit || alarm.Unit == input.Unit;
}

bool wanted(const AlarmHistoryItem& item, const DescribeAlarmHistoryInput& input) {
  if (input.HistoryItemType && item.HistoryItemType != input.HistoryItemType) return false;
  if (!type_wanted(input.AlarmTypes, item.AlarmType == AlarmType::CompositeAlarm)) return false;
  if (input.StartDate && *item.Timestamp < *input.StartDate) return false;
  return !input.EndDate || *item.Timestamp <= *input.EndDate;
}

}  // namespace

Result<DescribeAlarmsOutput> describe_alarms(Call& call, Reader& reader, const DescribeAlarmsInput& input) {
  DescribeAlarmsOutput output;
  output.MetricAlarms.emplace();
  output.CompositeAlarms.emplace();
  if (input.AlarmNames && input.AlarmNamePrefix) {
    return fail(invalid_combination("AlarmNamePrefix and AlarmNames cannot both be specified."));
  }
  if (input.ChildrenOfAlarmName || input.ParentsOfAlarmName) return relatives(call, reader, input, std::move(output));
  const auto most = static_cast<std::size_t>(input.MaxRecords.value_or(input.AlarmNames ? 100 : kPage));
  KeyRange range = prefix_range(alarms_prefix(call.account, call.region));
  if (const std::string start = TRY(page_start(input.NextToken)); !start.empty()) range.begin = start;
  const auto cursor = reader.scan(range);
  while (cursor->next()) {
    const AlarmRecord record = TRY(read_alarm(cursor->key(), cursor->value()));
    if (!wanted(record, input)) continue;
    if (output.MetricAlarms->size() + output.CompositeAlarms->size() == most) {
      output.NextToken = page_token(cursor->key());
      break;
    }
    add(output, record);
  }
  TRY(cursor->status());
  return output;
}

Result<DescribeAlarmsForMetricOutput> describe_alarms_for_metric(Call& call, Reader& reader,
                                                                 const DescribeAlarmsForMetricInput& input) {
  DescribeAlarmsForMetricOutput output;
  output.MetricAlarms.emplace();
  const MetricName metric = metric_name(call, input.Namespace, input.MetricName, input.Dimensions);
  const auto cursor = reader.scan(prefix_range(alarms_prefix(call.account, call.region)));
  while (cursor->next()) {
    const AlarmRecord record = TRY(read_alarm(cursor->key(), cursor->value()));
    const MetricAlarm* alarm = record.metric();
    if (alarm != nullptr && asks_for(*alarm, input, metric, call)) output.MetricAlarms->push_back(*alarm);
  }
  TRY(cursor->status());
  return output;
}

Result<DescribeAlarmHistoryOutput> describe_alarm_history(Call& call, Reader& reader,
                                                          const DescribeAlarmHistoryInput& input) {
  DescribeAlarmHistoryOutput output;
  auto& items = output.AlarmHistoryItems.emplace();
  const auto most = static_cast<std::size_t>(input.MaxRecords.value_or(kHistoryPage));
  const bool ascending = input.ScanBy == ScanBy::TimestampAscending;
  std::vector<std::pair<std::string, AlarmHistoryItem>> found;
  const auto cursor =
      reader.scan(prefix_range(history_prefix(call.account, call.region, input.AlarmName.value_or(""))));
  while (cursor->next()) {
    auto item = TRY(decode_shape<AlarmHistoryItem>(cursor->value()));
    if (wanted(item, input)) found.emplace_back(cursor->key(), std::move(item));
  }
  TRY(cursor->status());
  const auto order = [](const auto& one) { return *one.second.Timestamp; };
  std::ranges::stable_sort(found, {}, order);
  if (!ascending) std::ranges::reverse(found);
  const std::string start = TRY(page_start(input.NextToken));
  bool begun = start.empty();
  for (auto& [key, item] : found) {
    begun = begun || key == start;
    if (!begun) continue;
    if (items.size() == most) {
      output.NextToken = page_token(key);
      break;
    }
    items.push_back(std::move(item));
  }
  return output;
}

}  // namespace orrery::cloudwatch
