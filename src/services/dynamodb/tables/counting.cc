#include "services/dynamodb/tables/counting.h"

#include "base/encode.h"
#include "services/dynamodb/operations.h"
#include "services/record.h"

namespace orrery::dynamodb {
namespace {

constexpr std::int64_t kCountedAtOnce = 1000;  // items; a fraction of a millisecond
constexpr std::int64_t kBytesAtOnce = std::int64_t{1024} * 1024;
constexpr std::int64_t kCountedAStep = 20'000;
constexpr std::int64_t kBytesAStep = std::int64_t{16} * 1024 * 1024;
constexpr Millis kCountIsGoodFor = std::chrono::hours(6);
constexpr Millis kCountTakesAtMost = std::chrono::hours(1);  // then it is ordered anew

// Adds what is in `range`, up to the limits; returns the key at which it stopped, empty at the end.
Result<std::string> walk(Reader& reader, const KeyRange& range, std::int64_t most_items, std::int64_t most_bytes,
                         TableCount& count) {
  const auto cursor = reader.scan(range);
  TableCount seen;
  std::string stopped_at;
  while (cursor->next()) {
    if (seen.items == most_items || seen.bytes >= most_bytes) {
      stopped_at = cursor->key();
      break;
    }
    ++seen.items;
    seen.bytes += static_cast<std::int64_t>(item::ItemView(cursor->value()).size_bytes());
  }
  TRY(cursor->status());
  count.items += seen.items;
  count.bytes += seen.bytes;
  return stopped_at;
}

json::object to_document(const TableCount& count) { return {{"items", count.items}, {"bytes", count.bytes}}; }
TableCount count_in(const json::value& document) {
  return {find_int(document, "items").value_or(0), find_int(document, "bytes").value_or(0)};
}
bool younger(const json::value& document, std::string_view member, Instant now, Millis span) {
  const auto at = find_int(document, member);
  return at && now - instant_from_ms(*at) < span;
}

// The table's or one of its indexes', if that is what the text says.
std::optional<std::uint64_t> number_named(const Table& table, std::string_view text) {
  if (std::to_string(table.number) == text) return table.number;
  for (const Index& index : table.indexes) {
    if (std::to_string(index.number) == text) return index.number;
  }
  return std::nullopt;
}

}  // namespace

Result<TableCount> count_items(DynamoDb& dynamodb, const Call& call, Transaction& tx, const TableName& name,
                               std::uint64_t number) {
  auto stat = TRY(get_record(tx, stat_key(number)));
  TableCount seen;
  const KeyRange all = prefix_range(items_prefix(number));
  if (TRY(walk(tx, all, kCountedAtOnce, kBytesAtOnce, seen)).empty()) return seen;

  const bool counted = stat && find_int(*stat, "at");
  if (!counted || !younger(*stat, "at", call.now, kCountIsGoodFor)) {
    if (!stat || !younger(*stat, "ordered", call.now, kCountTakesAtMost)) {
      json::object payload = to_document({});
      payload["account"] = name.account;
      payload["region"] = name.region;
      payload["name"] = name.name;
      payload["from"] = hex(all.begin);
      Message message;
      message.kind = kCountMessage;
      message.id = std::to_string(number);
      message.due = call.now;
      message.created = call.now;
      message.payload = json::serialize(payload);
      TRY(dynamodb.background.post(tx, message));
      json::object ordered = stat ? stat->as_object() : json::object();
      ordered["ordered"] = epoch_ms(call.now);
      TRY(put_record(tx, stat_key(number), ordered));
    }
  }
  return counted ? count_in(*stat) : seen;
}

Result<> fill_counts(DynamoDb& dynamodb, const Call& call, Transaction& tx, const TableName& name, const Table& table,
                     TableDescription& description) {
  const TableCount count = TRY(count_items(dynamodb, call, tx, name, table.number));
  description.ItemCount = count.items;
  description.TableSizeBytes = count.bytes;
  const auto fill = [&](auto& indexes) -> Result<> {
    if (!indexes) return {};
    for (auto& described : *indexes) {
      const Index* index = table.find_index(*described.IndexName);
      TableCount entries;  // none are to be seen of an index that is being made or dropped
      if (index != nullptr) entries = TRY(count_items(dynamodb, call, tx, name, index->number));
      described.ItemCount = entries.items;
      described.IndexSizeBytes = entries.bytes;
    }
    return {};
  };
  TRY(fill(description.GlobalSecondaryIndexes));
  return fill(description.LocalSecondaryIndexes);
}

Result<Delivered> count_step(Transaction& tx, const Message& message) {
  json::value payload = TRY(parse_json(message.payload));
  const auto text = [&](std::string_view member) { return std::string(find_string(payload, member).value_or("")); };
  const TableName name{text("account"), text("region"), text("name")};
  const auto from = unhex(text("from"));
  if (!from) return fail(internal_error("a message of ours with another payload: " + message.payload));
  Delivered delivered;
  delivered.summary = "counted items of " + name.arn();
  const auto table = TRY(find_table(tx, name));
  const auto number = table == nullptr ? std::nullopt : number_named(*table, message.id);
  if (!number) return delivered;  // deleted meanwhile

  TableCount count = count_in(payload);
  KeyRange range = prefix_range(items_prefix(*number));
  range.begin = *from;
  const std::string next = TRY(walk(tx, range, kCountedAStep, kBytesAStep, count));
  json::object result = to_document(count);
  if (next.empty()) {
    result["at"] = epoch_ms(message.created);
    TRY(put_record(tx, stat_key(*number), result));
    return delivered;
  }
  for (const auto& [member, value] : result) payload.as_object()[member] = value;
  payload.as_object()["from"] = hex(next);
  delivered.retry_at = message.due;
  delivered.payload = json::serialize(payload);
  return delivered;
}

}  // namespace orrery::dynamodb
