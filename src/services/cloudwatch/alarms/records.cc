#include "services/cloudwatch/alarms/records.h"

#include "base/arn.h"
#include "services/record.h"
#include "store/key.h"

namespace orrery::cloudwatch {
namespace {

constexpr std::int64_t kHistory_ms = std::int64_t{30} * 86'400 * 1000;  // "the history for the last 30 days"

std::string dependencies_prefix(std::string_view account, std::string_view region, std::string_view child) {
  return KeyWriter(KeyKind::AlarmDependency).text(account).text(region).text(child).take();
}

std::string dependency_key(const AlarmRecord& composite, std::string_view child) {
  return KeyWriter(KeyKind::AlarmDependency)
      .text(composite.account)
      .text(composite.region)
      .text(child)
      .text(composite.name())
      .take();
}

std::string history_key(const AlarmRecord& record, std::int64_t at_ms, std::uint64_t counter) {
  return KeyWriter(KeyKind::AlarmHistory)
      .text(record.account)
      .text(record.region)
      .text(record.name())
      .u64(static_cast<std::uint64_t>(std::max<std::int64_t>(0, at_ms)))
      .u64(counter)
      .take();
}

template <class T>
Result<T> read_shape(const json::value& document) {
  T value;
  TRY(wire::from_document(wire::shape_for<T>(), document, &value, false));
  return value;
}

}  // namespace

std::string alarm_arn(std::string_view account, std::string_view region, std::string_view name) {
  return make_arn("cloudwatch", region, account, "alarm:" + std::string(name));
}
std::string alarms_prefix(std::string_view account, std::string_view region) {
  return KeyWriter(KeyKind::Alarm).text(account).text(region).take();
}
std::string alarm_key(std::string_view account, std::string_view region, std::string_view name) {
  return KeyWriter(KeyKind::Alarm).text(account).text(region).text(name).take();
}
std::string history_prefix(std::string_view account, std::string_view region, std::string_view name) {
  KeyWriter key(KeyKind::AlarmHistory);
  key.text(account).text(region);
  if (!name.empty()) key.text(name);
  return key.take();
}

Result<AlarmRecord> read_alarm(std::string_view key, std::string_view value) {
  AlarmRecord record;
  KeyReader parts(key);
  record.account = parts.text();
  record.region = parts.text();
  const json::value document = TRY(decode_record(value));
  record.items = static_cast<std::uint64_t>(find_int(document, "items").value_or(0));
  const json::value* alarm = find(document, "alarm");
  if (alarm == nullptr) return fail(internal_error("corrupt record of an alarm"));
  if (find_string(document, "type") == AlarmType::CompositeAlarm) {
    record.alarm = TRY(read_shape<CompositeAlarm>(*alarm));
  } else {
    record.alarm = TRY(read_shape<MetricAlarm>(*alarm));
  }
  return record;
}

Result<std::optional<AlarmRecord>> find_alarm(Reader& reader, std::string_view account, std::string_view region,
                                              std::string_view name) {
  const std::string key = alarm_key(account, region, name);
  const auto value = TRY(reader.get(key));
  if (!value) return std::optional<AlarmRecord>();
  return std::optional(TRY(read_alarm(key, *value)));
}

Result<AlarmRecord> existing_alarm(Reader& reader, const Call& call, std::string_view name) {
  auto record = TRY(find_alarm(reader, call.account, call.region, name));
  if (!record) return fail(errors::ResourceNotFound("The alarm " + std::string(name) + " does not exist."));
  return *std::move(record);
}

Result<> put_alarm(Transaction& tx, const AlarmRecord& record) {
  json::object document{{"items", record.items}};
  if (const CompositeAlarm* composite = record.composite()) {
    document["type"] = AlarmType::CompositeAlarm;
    document["alarm"] = wire::to_document(wire::shape_for<CompositeAlarm>(), composite);
  } else {
    document["type"] = AlarmType::MetricAlarm;
    document["alarm"] = wire::to_document(wire::shape_for<MetricAlarm>(), record.metric());
  }
  return put_record(tx, alarm_key(record.account, record.region, record.name()), document);
}

Result<> note(Transaction& tx, AlarmRecord& record, Instant now, std::string_view type, std::string summary,
              std::string data) {
  AlarmHistoryItem item;
  item.AlarmName = record.name();
  item.AlarmType = record.composite() != nullptr ? AlarmType::CompositeAlarm : AlarmType::MetricAlarm;
  item.Timestamp = now;
  item.HistoryItemType = type;
  item.HistorySummary = std::move(summary);
  item.HistoryData = std::move(data);
  TRY(put_shape(tx, history_key(record, epoch_ms(now), record.items++), item));
  return tx.erase_range({history_key(record, 0, 0), history_key(record, epoch_ms(now) - kHistory_ms, 0)});
}

Result<std::vector<std::string>> parents_of(Reader& reader, const AlarmRecord& record) {
  std::vector<std::string> parents;
  const auto cursor = reader.scan(prefix_range(dependencies_prefix(record.account, record.region, record.name())));
  while (cursor->next()) {
    KeyReader key(cursor->key());
    key.text();
    key.text();
    key.text();
    parents.push_back(key.text());
  }
  TRY(cursor->status());
  return parents;
}

Result<> put_dependency(Transaction& tx, const AlarmRecord& composite, std::string_view child) {
  return tx.put(dependency_key(composite, child), "");
}
Result<> erase_dependency(Transaction& tx, const AlarmRecord& composite, std::string_view child) {
  return tx.erase(dependency_key(composite, child));
}

std::string alarm_time(Instant at) {
  std::string text = iso8601_millis(at);
  text.pop_back();
  return text + "+0000";
}

}  // namespace orrery::cloudwatch
