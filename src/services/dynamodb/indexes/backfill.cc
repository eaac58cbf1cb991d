#include "services/dynamodb/indexes/backfill.h"

#include "base/encode.h"
#include "base/json.h"
#include "services/dynamodb/indexes/entries.h"
#include "services/dynamodb/operations.h"
#include "services/dynamodb/tables/describing.h"
#include "services/dynamodb/tables/erasing.h"

#include <algorithm>

namespace orrery::dynamodb {
namespace {

// A step holds a lock on each item that it reads: few enough that no writer waits for long.
constexpr std::size_t kItemsAStep = 200;
constexpr std::size_t kBytesAStep = std::size_t{1024} * 1024;

struct Job {
  TableName table;
  std::string index;
  std::uint64_t number = 0;
  KeyRange range;  // what is left to do
};

Message message_of(std::string_view kind, const Job& job, Instant now) {
  const json::object payload{
      {"account", job.table.account}, {"region", job.table.region},   {"table", job.table.name}, {"index", job.index},
      {"number", job.number},         {"from", hex(job.range.begin)}, {"to", hex(job.range.end)}};
  Message message;
  message.kind = kind;
  message.id = std::to_string(job.number);
  message.due = now;
  message.created = now;
  message.payload = json::serialize(payload);
  return message;
}

Result<Job> job_in(const Message& message) {
  const json::value payload = TRY(parse_json(message.payload));
  const auto text = [&](std::string_view member) { return std::string(find_string(payload, member).value_or("")); };
  Job job;
  job.table = {text("account"), text("region"), text("table")};
  job.index = text("index");
  job.number = static_cast<std::uint64_t>(find_int(payload, "number").value_or(0));
  auto from = unhex(text("from"));
  auto to = unhex(text("to"));
  if (!from || !to) return fail(internal_error("a message of ours with another payload: " + message.payload));
  job.range = {*std::move(from), *std::move(to)};
  return job;
}

Delivered go_on(const Message& message, const Job& job, Delivered delivered) {
  delivered.retry_at = message.due;
  delivered.payload = message_of(message.kind, job, message.created).payload;
  return delivered;
}

// The keys of the next items, at most a step's worth; moves the range past them.
Result<std::vector<std::string>> next_keys(Transaction& tx, KeyRange& range) {
  std::vector<std::string> keys;
  std::size_t bytes = 0;
  const auto cursor = tx.scan(range);
  while (cursor->next() && keys.size() < kItemsAStep && bytes < kBytesAStep) {
    keys.emplace_back(cursor->key());
    bytes += cursor->value().size();
  }
  TRY(cursor->status());
  if (!keys.empty()) range.begin = keys.back() + '\0';
  return keys;
}

Result<> enter(Transaction& tx, const Index& index, const std::string& stored, std::size_t prefix_bytes) {
  const auto bytes = TRY(tx.get(stored));
  if (!bytes) return {};
  const item::ItemView item(*bytes);
  const auto entry = projected(index, item);
  if (!entry) return {};
  return tx.put(entry_key(index, item, std::string_view(stored).substr(prefix_bytes)), entry->bytes());
}

auto find_description(Table& table, std::string_view name) {
  auto& all = *table.description.GlobalSecondaryIndexes;
  return std::ranges::find_if(all, [&](const auto& one) { return one.IndexName == name; });
}

Result<> finish_backfill(Transaction& tx, const TableName& name, const Table& table, const std::string& index) {
  Table changed = table;
  const auto description = find_description(changed, index);
  description->IndexStatus = IndexStatus::ACTIVE;
  description->Backfilling.reset();
  TRY(number_indexes(tx, changed));
  return put_table(tx, name, changed);
}

Result<> finish_drop(Transaction& tx, const TableName& name, const Table& table, const std::string& index) {
  if (!table.description.GlobalSecondaryIndexes) return {};
  Table changed = table;
  auto& all = *changed.description.GlobalSecondaryIndexes;
  const auto description = find_description(changed, index);
  if (description == all.end() || description->IndexStatus != IndexStatus::DELETING) return {};
  all.erase(description);
  if (all.empty()) changed.description.GlobalSecondaryIndexes.reset();
  prune_definitions(changed.description);
  return put_table(tx, name, changed);
}

}  // namespace

Result<> start_backfill(DynamoDb& dynamodb, Transaction& tx, Instant now, const TableName& name, const Table& table,
                        const Index& index) {
  const Job job{name, index.name, index.number, prefix_range(table.items_prefix())};
  return dynamodb.background.post(tx, message_of(kBackfillMessage, job, now));
}

Result<> start_drop(DynamoDb& dynamodb, Transaction& tx, Instant now, const TableName& name, const Index& index) {
  TRY(tx.erase(stat_key(index.number)));
  const Job job{name, index.name, index.number, prefix_range(index.entries_prefix())};
  return dynamodb.background.post(tx, message_of(kDropMessage, job, now));
}

Result<Delivered> backfill_step(Transaction& tx, const Message& message) {
  Job job = TRY(job_in(message));
  Delivered delivered;
  delivered.summary = "filled index " + job.table.index_arn(job.index);
  const auto table = TRY(find_table(tx, job.table));
  const Index* index = table == nullptr ? nullptr : table->find_index(job.index);
  if (index == nullptr || index->number != job.number || index->readable) return delivered;  // dropped meanwhile
  const std::vector<std::string> keys = TRY(next_keys(tx, job.range));
  const std::size_t prefix_bytes = table->items_prefix().size();
  for (const std::string& key : keys) TRY(enter(tx, *index, key, prefix_bytes));
  if (!keys.empty()) return go_on(message, job, std::move(delivered));
  TRY(finish_backfill(tx, job.table, *table, job.index));
  return delivered;
}

Result<Delivered> drop_step(Transaction& tx, const Message& message) {
  Job job = TRY(job_in(message));
  Delivered delivered;
  delivered.summary = "dropped index " + job.table.index_arn(job.index);
  if (!TRY(erase_some(tx, job.range))) return go_on(message, job, std::move(delivered));
  const auto table = TRY(find_table(tx, job.table));
  if (table != nullptr) TRY(finish_drop(tx, job.table, *table, job.index));
  return delivered;
}

}  // namespace orrery::dynamodb
