#include "services/logs/cleanup.h"

#include "base/arn.h"
#include "services/logs/operations.h"
#include "services/record.h"
#include "store/key.h"

#include <algorithm>
#include <map>

namespace orrery::logs {
namespace {

constexpr std::size_t kStep = 2000;  // rows of one transaction

std::string timer_id(const GroupRecord& group) {
  return make_arn("logs", group.region, group.account, "log-group:" + group.name);
}

std::vector<std::string> first_keys(Reader& reader, const KeyRange& range, std::size_t most) {
  std::vector<std::string> keys;
  const auto cursor = reader.scan(range);
  while (keys.size() < most && cursor->next()) keys.emplace_back(cursor->key());
  return keys;
}

// Returns how many rows went.
Result<std::size_t> erase_some(Transaction& tx, const std::string& prefix, std::size_t most) {
  const auto keys = first_keys(tx, prefix_range(prefix), most);
  for (const auto& key : keys) TRY(tx.erase(key));
  return keys.size();
}

Result<std::size_t> erase_stream_events(Transaction& tx, std::uint64_t group, std::uint64_t stream) {
  const auto keys = first_keys(tx, prefix_range(stream_events_prefix(group, stream)), kStep);
  for (const auto& key : keys) {
    TRY(tx.erase(event_key(group, stream, read_by_stream(key))));
    TRY(tx.erase(key));
  }
  return keys.size();
}

Result<std::size_t> erase_group_rows(Transaction& tx, std::uint64_t group) {
  std::size_t erased = 0;
  for (const KeyKind kind : {KeyKind::LogStream, KeyKind::LogStreamName, KeyKind::LogEvent, KeyKind::LogByStream,
                             KeyKind::LogSubscription, KeyKind::LogMetricFilter}) {
    if (erased < kStep) erased += TRY(erase_some(tx, KeyWriter(kind).u64(group).take(), kStep - erased));
  }
  if (erased < kStep) TRY(tx.erase(KeyWriter(KeyKind::LogCounter).u64(group).take()));
  return erased;
}

// The stream's bytes and first event after some of its events went.
Result<> shrink(Transaction& tx, std::uint64_t group, std::uint64_t number, std::int64_t bytes) {
  const auto name = TRY(stream_name(tx, group, number));
  if (!name) return {};
  auto stream = TRY(get_stream(tx, group, *name));
  if (!stream) return {};
  stream->bytes = std::max<std::int64_t>(0, stream->bytes - bytes);
  const auto first = first_keys(tx, prefix_range(stream_events_prefix(group, number)), 1);
  if (first.empty()) {
    stream->first_event_ms.reset();
    stream->last_event_ms.reset();
  } else {
    stream->first_event_ms = read_by_stream(first[0]).timestamp_ms;
  }
  return put_stream(tx, group, *stream);
}

// Returns whether there may be more.
Result<bool> drop_expired(Transaction& tx, const GroupRecord& group, std::int64_t oldest_kept) {
  std::map<std::uint64_t, std::int64_t> bytes_of;
  std::vector<std::string> keys;
  {
    const auto cursor = tx.scan({events_prefix(group.number), events_from(group.number, oldest_kept)});
    while (keys.size() < kStep && cursor->next()) {
      const EventRecord event = read_event(cursor->key(), cursor->value());
      bytes_of[event.stream] += static_cast<std::int64_t>(event.message.size()) + kEventOverhead;
      keys.emplace_back(cursor->key());
    }
    TRY(cursor->status());
  }
  for (const auto& key : keys) {
    const EventRecord event = read_event_key(key);
    TRY(tx.erase(key));
    TRY(tx.erase(by_stream_key(group.number, event.stream, event.position)));
  }
  for (const auto& [stream, bytes] : bytes_of) TRY(shrink(tx, group.number, stream, bytes));
  return keys.size() == kStep;
}

}  // namespace

Result<> erase_later(Logs& logs, Transaction& tx, const GroupRecord& group, const StreamRecord* stream, Instant now) {
  Message message;
  message.kind = kErase;
  message.id = timer_id(group) + "#" + std::to_string(group.number);
  if (stream != nullptr) message.id += "#" + std::to_string(stream->number);
  message.due = now;
  message.payload =
      encode_record(json::object{{"group", static_cast<std::int64_t>(group.number)},
                                 {"stream", static_cast<std::int64_t>(stream != nullptr ? stream->number : 0)},
                                 {"name", stream != nullptr ? group.name + " " + stream->name : group.name}});
  return logs.background.post(tx, message);
}

Result<Delivered> erase_step(Transaction& tx, const Message& message) {
  const json::value document = TRY(decode_record(message.payload));
  const auto group = static_cast<std::uint64_t>(find_int(document, "group").value_or(0));
  const auto stream = static_cast<std::uint64_t>(find_int(document, "stream").value_or(0));
  const std::size_t erased =
      stream == 0 ? TRY(erase_group_rows(tx, group)) : TRY(erase_stream_events(tx, group, stream));
  Delivered delivered;
  delivered.summary =
      "erased log rows of " + std::string(find_string(document, "name").value_or("")) + ": " + std::to_string(erased);
  if (erased >= kStep) delivered.retry_at = message.due;  // the rest at once
  return delivered;
}

std::int64_t oldest_kept_ms(const GroupRecord& group, Instant now) {
  return group.retention_days > 0 ? epoch_ms(now) - group.retention_days * kDay_ms : 0;
}

Result<> watch_retention(Logs& logs, Transaction& tx, const GroupRecord& group, Instant now) {
  if (group.retention_days == 0) return forget_retention(logs, tx, group);
  return logs.background.arm(tx, {std::string(kRetentionTimer), timer_id(group), now, {}});
}

Result<> forget_retention(Logs& logs, Transaction& tx, const GroupRecord& group) {
  return logs.background.disarm(tx, kRetentionTimer, timer_id(group));
}

// What has expired is not shown any more, erased or not: so it is enough to look once a day, and not before the oldest
// event expires. (An event may come in late, up to 14 days old: then it goes with the next look.)
Result<> retention_step(Logs& logs, Transaction& tx, const Timer& timer) {
  const auto arn = Arn::parse(timer.id);
  if (!arn) return {};
  const auto group = TRY(get_group(tx, arn->account, arn->region, group_in_identifier(timer.id)));
  if (!group || group->retention_days == 0) return {};
  Instant next = timer.now;
  if (!TRY(drop_expired(tx, *group, oldest_kept_ms(*group, timer.now)))) {
    const auto oldest = first_keys(tx, prefix_range(events_prefix(group->number)), 1);
    const Instant from = oldest.empty() ? timer.now : instant_from_ms(read_event_key(oldest[0]).position.timestamp_ms);
    next = std::max(timer.now + Millis(kDay_ms), from + Millis(group->retention_days * kDay_ms));
  }
  return logs.background.arm(tx, {std::string(kRetentionTimer), timer.id, next, {}});
}

}  // namespace orrery::logs
