#include "services/logs/cleanup.h"

#include "base/arn.h"
#include "services/logs/chunks/chunk.h"
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

std::vector<ChunkHeader> first_chunks_of_stream(Reader& reader, std::uint64_t group, std::uint64_t stream,
                                                std::size_t most) {
  std::vector<ChunkHeader> chunks;
  const auto cursor = reader.scan(prefix_range(stream_chunks_prefix(group, stream)));
  while (chunks.size() < most && cursor->next()) {
    if (auto chunk = read_stream_chunk(cursor->key(), cursor->value())) chunks.push_back(*chunk);
  }
  return chunks;
}

Result<std::size_t> erase_stream_events(Transaction& tx, std::uint64_t group, std::uint64_t stream) {
  const auto chunks = first_chunks_of_stream(tx, group, stream, kStep);
  for (const ChunkHeader& chunk : chunks) TRY(erase_chunk(tx, group, chunk));
  return chunks.size();
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

// Of the events that are there, nullopt: none.
Result<std::optional<std::int64_t>> first_event_of_stream(Reader& reader, std::uint64_t group, std::uint64_t stream) {
  std::optional<std::int64_t> first_ms;
  for (std::uint8_t span_class = 0; span_class < kSpanClasses; ++span_class) {
    const auto cursor = reader.scan(prefix_range(stream_class_prefix(group, stream, span_class)));
    if (!cursor->next()) {
      TRY(cursor->status());
      continue;
    }
    const std::int64_t at_ms = TRY(first_in_stream(cursor->key())).timestamp_ms;
    first_ms = std::min(first_ms.value_or(at_ms), at_ms);
  }
  return first_ms;
}

// The stream's bytes and first event after some of its events went.
Result<> shrink(Transaction& tx, std::uint64_t group, std::uint64_t number, std::int64_t bytes) {
  const auto name = TRY(stream_name(tx, group, number));
  if (!name) return {};
  auto stream = TRY(get_stream(tx, group, *name));
  if (!stream) return {};
  stream->bytes = std::max<std::int64_t>(0, stream->bytes - bytes);
  stream->first_event_ms = TRY(first_event_of_stream(tx, group, number));
  if (!stream->first_event_ms) stream->last_event_ms.reset();
  return put_stream(tx, group, *stream);
}

// Chunks whose events have all expired, and when the next chunk will be one.
struct Expired {
  std::vector<ChunkHeader> chunks;
  std::optional<std::int64_t> next_last_ms;  // its last event; nullopt: there is no other
};

Result<Expired> find_expired(Reader& reader, std::uint64_t group, std::int64_t oldest_kept) {
  Expired expired;
  for (std::uint8_t span_class = 0; span_class < kSpanClasses; ++span_class) {
    const auto cursor = reader.scan(prefix_range(chunk_class_prefix(group, span_class)));
    while (expired.chunks.size() < kStep && cursor->next()) {
      const ChunkHeader chunk = TRY(read_chunk(cursor->key(), cursor->value())).header;
      if (chunk.last_ms < oldest_kept) {
        expired.chunks.push_back(chunk);
        continue;
      }
      expired.next_last_ms = std::min(expired.next_last_ms.value_or(chunk.last_ms), chunk.last_ms);
      if (chunk.first.timestamp_ms >= oldest_kept) break;
    }
    TRY(cursor->status());
  }
  return expired;
}

Result<> drop(Transaction& tx, std::uint64_t group, const std::vector<ChunkHeader>& chunks) {
  std::map<std::uint64_t, std::int64_t> bytes_of;
  for (const ChunkHeader& chunk : chunks) {
    TRY(erase_chunk(tx, group, chunk));
    bytes_of[chunk.first.stream] +=
        static_cast<std::int64_t>(chunk.text_bytes) + static_cast<std::int64_t>(chunk.count) * kEventOverhead;
  }
  for (const auto& [stream, bytes] : bytes_of) TRY(shrink(tx, group, stream, bytes));
  return {};
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
  const Expired expired = TRY(find_expired(tx, group->number, oldest_kept_ms(*group, timer.now)));
  TRY(drop(tx, group->number, expired.chunks));
  Instant next = timer.now;
  if (expired.chunks.size() < kStep) {
    const Instant last = expired.next_last_ms ? instant_from_ms(*expired.next_last_ms) : timer.now;
    next = std::max(timer.now + Millis(kDay_ms), last + Millis(group->retention_days * kDay_ms));
  }
  return logs.background.arm(tx, {std::string(kRetentionTimer), timer.id, next, {}});
}

}  // namespace orrery::logs
