#include "services/dynamodb/changes/trimming.h"

#include "services/dynamodb/changes/log.h"
#include "services/dynamodb/expiry/expiry.h"
#include "services/dynamodb/streams/streams.h"
#include "services/record.h"

#include <algorithm>

namespace orrery::dynamodb {
namespace {

constexpr int kTrimmedAStep = 500;
constexpr std::size_t kBytesAStep = std::size_t{8} * 1024 * 1024;
constexpr Millis kOneDay = std::chrono::hours(24);
// What is too old is not shown, trimmed or not: no need to look at every moment.
constexpr Millis kLeastPause = std::chrono::hours(1);

struct Watched {
  TableName name;
  std::uint64_t number = 0;
};

Result<Watched> watched(const Timer& timer) {
  const json::value payload = TRY(parse_json(timer.payload));
  const auto text = [&](std::string_view member) { return std::string(find_string(payload, member).value_or("")); };
  return Watched{{text("account"), text("region"), text("name")},
                 static_cast<std::uint64_t>(find_int(payload, "number").value_or(0))};
}

// Streams of the table that nobody can ask for any more.
Result<> erase_dead_streams(Transaction& tx, const Watched& table, Instant now) {
  std::vector<std::string> dead;
  const auto cursor = tx.scan(prefix_range(streams_prefix(table.name)));
  while (cursor->next()) {
    const StreamRow row = TRY(decode_stream(cursor->key(), cursor->value()));
    if (row.table_number == table.number && !is_readable(row, now)) {
      dead.emplace_back(cursor->key());
    }
  }
  TRY(cursor->status());
  for (const std::string& key : dead) TRY(tx.erase(key));
  return {};
}

// Erases changes made before `before` (nullopt: all), at most a step's worth. Returns the time of the first one left,
// nullopt when the log is empty; `more`: the step ended before it was through.
Result<std::optional<Instant>> trim(Transaction& tx, std::uint64_t number, std::optional<Instant> before, bool& more) {
  LogHead head = TRY(log_head(tx, number));
  std::optional<Instant> left;
  std::uint64_t first = head.first;
  std::size_t bytes = 0;
  KeyRange range = prefix_range(changes_prefix(number));
  range.begin = change_key(number, head.first);
  const auto cursor = tx.scan(range);
  while (cursor->next()) {
    const ChangeHead change = TRY(change_head(cursor->key(), cursor->value()));
    more = static_cast<int>(first - head.first) == kTrimmedAStep || bytes >= kBytesAStep;
    if (more || (before && change.at >= *before)) {
      left = change.at;
      break;
    }
    bytes += cursor->value().size();
    TRY(tx.erase(cursor->key()));
    first = change.sequence + 1;
  }
  TRY(cursor->status());
  if (first != head.first) {
    head.first = first;
    TRY(put_log_head(tx, number, head));
  }
  return left;
}

}  // namespace

Result<std::optional<Instant>> log_needed_since(Reader& reader, const TableName& name, std::uint64_t table_number,
                                                Instant now) {
  std::optional<Instant> since;
  const auto need = [&](Millis span) { since = std::min(since.value_or(now - span), now - span); };
  const auto table = TRY(find_table(reader, name));
  if (table != nullptr && table->number == table_number && table->recoverable_since) {
    need(kOneDay * table->recovery_days);
  }
  const auto cursor = reader.scan(prefix_range(streams_prefix(name)));
  while (cursor->next()) {
    const StreamRow row = TRY(decode_stream(cursor->key(), cursor->value()));
    if (row.table_number == table_number && is_readable(row, now)) need(kStreamRetention);
  }
  TRY(cursor->status());
  return since;
}

Result<> watch_log(DynamoDb& dynamodb, Transaction& tx, const TableName& name, std::uint64_t table_number,
                   Instant due) {
  const json::object payload{
      {"account", name.account}, {"region", name.region}, {"name", name.name}, {"number", table_number}};
  return dynamodb.background.arm(
      tx, {std::string(kTrimTimer), std::to_string(table_number), due, json::serialize(payload)});
}

Result<> changes_of_deleted_table(DynamoDb& dynamodb, const Call& call, Transaction& tx, const TableName& name,
                                  const Table& table) {
  TRY(end_stream_of_deleted_table(dynamodb, call, tx, name, table));
  TRY(stop_expiry(dynamodb, call, tx, table));
  const bool was_logged = TRY(last_sequence(tx, table.number)) > 0;
  // A log that a stream disabled before still shows, or that only point-in-time recovery had, is watched as well.
  if (was_logged && !table.has_stream()) TRY(watch_log(dynamodb, tx, name, table.number, call.now));
  return {};
}

Result<> trim_step(DynamoDb& dynamodb, Transaction& tx, const Timer& timer) {
  const Watched table = TRY(watched(timer));
  // The order matters: the log's head is read before the first scan, which fixes what is seen.
  TRY(log_head(tx, table.number));
  TRY(erase_dead_streams(tx, table, timer.now));
  const auto since = TRY(log_needed_since(tx, table.name, table.number, timer.now));
  bool more = false;
  const auto left = TRY(trim(tx, table.number, since, more));
  if (more) return watch_log(dynamodb, tx, table.name, table.number, timer.now);
  if (!since) {
    const auto found = TRY(find_table(tx, table.name));
    const bool gone = found == nullptr || found->number != table.number;
    return gone ? tx.erase(log_key(table.number)) : Result<>();
  }
  // Nothing is too old before the oldest one is; and of what is written from now on, nothing before that is.
  const Millis kept = timer.now - *since;
  const Instant next = left.value_or(timer.now) + kept;
  return watch_log(dynamodb, tx, table.name, table.number, std::max(next, timer.now + kLeastPause));
}

}  // namespace orrery::dynamodb
