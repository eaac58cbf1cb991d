// Alarms and their history in the store.
#pragma once

#include "services/call.h"
#include "shapes/cloudwatch.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace orrery::cloudwatch {

struct AlarmRecord {
  std::string account, region;
  std::uint64_t items = 0;  // of its history, ever
  std::variant<MetricAlarm, CompositeAlarm> alarm;

  const MetricAlarm* metric() const { return std::get_if<MetricAlarm>(&alarm); }
  const CompositeAlarm* composite() const { return std::get_if<CompositeAlarm>(&alarm); }
  // Members that both kinds have.
  const std::string& name() const {
    return std::visit([](const auto& one) -> const std::string& { return *one.AlarmName; }, alarm);
  }
  const std::string& arn() const {
    return std::visit([](const auto& one) -> const std::string& { return *one.AlarmArn; }, alarm);
  }
  const std::string& state() const {
    return std::visit([](const auto& one) -> const std::string& { return *one.StateValue; }, alarm);
  }
};

std::string alarm_arn(std::string_view account, std::string_view region, std::string_view name);
std::string alarms_prefix(std::string_view account, std::string_view region);
std::string alarm_key(std::string_view account, std::string_view region, std::string_view name);
std::string history_prefix(std::string_view account, std::string_view region, std::string_view name);

Result<AlarmRecord> read_alarm(std::string_view key, std::string_view value);
Result<std::optional<AlarmRecord>> find_alarm(Reader& reader, std::string_view account, std::string_view region,
                                              std::string_view name);
// Error: ResourceNotFound.
Result<AlarmRecord> existing_alarm(Reader& reader, const Call& call, std::string_view name);
Result<> put_alarm(Transaction& tx, const AlarmRecord& record);

// Adds to the history, and drops what is older than 30 days; `record` counts it and has to be put afterwards.
Result<> note(Transaction& tx, AlarmRecord& record, Instant now, std::string_view type, std::string summary,
              std::string data);

// Which composite alarms name an alarm.
Result<std::vector<std::string>> parents_of(Reader& reader, const AlarmRecord& record);
Result<> put_dependency(Transaction& tx, const AlarmRecord& composite, std::string_view child);
Result<> erase_dependency(Transaction& tx, const AlarmRecord& composite, std::string_view child);

// "2026-03-01T17:00:00.123+0000", as alarms write times.
std::string alarm_time(Instant at);

}  // namespace orrery::cloudwatch
