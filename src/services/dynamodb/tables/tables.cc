#include "services/dynamodb/tables/tables.h"

#include "base/arn.h"
#include "services/dynamodb/tables/describing.h"
#include "services/record.h"
#include "store/key.h"

#include <algorithm>
#include <set>
#include <unordered_map>

namespace orrery::dynamodb {
namespace {

constexpr std::string_view kNamePattern = "[a-zA-Z0-9_.-]+";
constexpr std::size_t kMostDecoded = 512;  // tables a thread keeps decoded

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

Result<> check_name(std::string_view name) {
  if (!std::ranges::all_of(name, is_name_character)) {
    return fail(validation_error("1 validation error detected: Value '" + std::string(name) +
                                 "' at 'tableName' failed to satisfy constraint: Member must satisfy regular "
                                 "expression pattern: " +
                                 std::string(kNamePattern)));
  }
  if (name.size() < 3 || name.size() > 255) {
    return fail(validation_error("TableName must be at least 3 characters long and at most 255 characters long"));
  }
  return {};
}

item::Type key_type(std::string_view type) {
  if (type == ScalarAttributeType::S) return item::Type::S;
  return type == ScalarAttributeType::N ? item::Type::N : item::Type::B;
}

item::KeyAttribute key_attribute(const TableDescription& description, const std::string& name) {
  for (const AttributeDefinition& definition : *description.AttributeDefinitions) {
    if (definition.AttributeName == name) return {name, key_type(definition.AttributeType)};
  }
  CHECK(false && "a table's key attribute without definition");
  return {};
}

item::KeySchema key_schema(const TableDescription& description, const std::vector<KeySchemaElement>& keys) {
  item::KeySchema schema;
  schema.partition = key_attribute(description, keys[0].AttributeName);
  if (keys.size() > 1) schema.sort = key_attribute(description, keys[1].AttributeName);
  return schema;
}

// The names that an entry of the index holds, of a projection that is not ALL.
std::vector<std::string> projected_names(const Table& table, const Index& index, const Projection& projection) {
  std::set<std::string> names;
  for (const item::KeySchema* keys : {&table.keys, &index.keys}) {
    names.insert(keys->partition.name);
    if (keys->sort) names.insert(keys->sort->name);
  }
  if (projection.NonKeyAttributes)
    names.insert(projection.NonKeyAttributes->begin(), projection.NonKeyAttributes->end());
  return {names.begin(), names.end()};
}

template <class Description>
Index index_of(const Table& table, const Description& description, bool local, std::uint64_t number) {
  Index index;
  index.name = *description.IndexName;
  index.local = local;
  index.number = number;
  index.keys = key_schema(table.description, *description.KeySchema);
  index.projects_all = description.Projection->ProjectionType == ProjectionType::ALL;
  if (!index.projects_all) index.projected = projected_names(table, index, *description.Projection);
  return index;
}

// `number_of(name) -> Result<std::uint64_t>`
template <class NumberOf>
Result<std::vector<Index>> indexes_of(const Table& table, NumberOf&& number_of) {
  std::vector<Index> indexes;
  if (table.description.GlobalSecondaryIndexes) {
    for (const auto& one : *table.description.GlobalSecondaryIndexes) {
      if (one.IndexStatus == IndexStatus::DELETING) continue;
      indexes.push_back(index_of(table, one, false, TRY(number_of(*one.IndexName))));
      indexes.back().readable = one.IndexStatus != IndexStatus::CREATING;
    }
  }
  if (table.description.LocalSecondaryIndexes) {
    for (const auto& one : *table.description.LocalSecondaryIndexes) {
      indexes.push_back(index_of(table, one, true, TRY(number_of(*one.IndexName))));
    }
  }
  return indexes;
}

Result<> read_indexes(const json::value& document, Table& table) {
  table.indexes = TRY(indexes_of(table, [&](const std::string& name) -> Result<std::uint64_t> {
    const json::value* all = find(document, "indexes");
    const json::value* stored = all == nullptr ? nullptr : find(*all, name);
    const auto number = stored == nullptr ? std::nullopt : find_int(*stored, "number");
    if (!number) return fail(internal_error("corrupt record: an index without number"));
    return static_cast<std::uint64_t>(*number);
  }));
  return {};
}

Result<std::shared_ptr<const Table>> decode_table(std::string_view bytes) {
  const json::value document = TRY(decode_record(bytes));
  auto table = std::make_shared<Table>();
  table->number = static_cast<std::uint64_t>(find_int(document, "number").value_or(0));
  const json::value* description = find(document, "description");
  if (table->number == 0 || description == nullptr) return fail(internal_error("corrupt record: table"));
  TRY(wire::from_document(wire::shape_for<TableDescription>(), *description, &table->description, false));
  table->keys = key_schema(table->description, *table->description.KeySchema);
  TRY(read_indexes(document, *table));
  if (const auto ready = find_int(document, "ready")) table->ready_at = instant_from_ms(*ready);
  if (const json::value* expiry = find(document, "expiry")) {
    table->expiry_attribute = find_string(*expiry, "attribute").value_or("");
    table->expiry_number = static_cast<std::uint64_t>(find_int(*expiry, "number").value_or(0));
  }
  if (const json::value* destinations = find(document, "destinations")) {
    for (const json::value& one : destinations->as_array()) {
      auto& destination = table->destinations.emplace_back();
      TRY(wire::from_document(wire::shape_for<KinesisDataStreamDestination>(), one, &destination, false));
    }
  }
  if (const json::value* recovery = find(document, "recovery")) {
    if (const auto since = find_int(*recovery, "since")) table->recoverable_since = instant_from_ms(*since);
    table->recovery_days = find_int(*recovery, "days").value_or(table->recovery_days);
  }
  return std::shared_ptr<const Table>(std::move(table));
}

// Decoded records by store key, each valid for exactly the bytes it was decoded from: correct whatever other threads
// and nodes do to the table, because the bytes are read anew for each request.
struct Decoded {
  std::string bytes;
  std::shared_ptr<const Table> table;
};

Result<std::shared_ptr<const Table>> decoded_table(const std::string& key, std::string&& bytes) {
  static thread_local std::unordered_map<std::string, Decoded> known;
  const auto found = known.find(key);
  if (found != known.end() && found->second.bytes == bytes) return found->second.table;
  auto table = TRY(decode_table(bytes));
  if (known.size() >= kMostDecoded) known.clear();
  known.insert_or_assign(key, Decoded{std::move(bytes), table});
  return table;
}

Result<TableName> named(const Arn& arn) {
  TableName name{arn.account, arn.region, arn.resource.substr(std::string_view("table/").size())};
  TRY(check_name(name.name));
  return name;
}

bool is_table(const Arn& arn) { return arn.service == "dynamodb" && arn.resource.starts_with("table/"); }

}  // namespace

Error validation_error(std::string message) { return api_error("ValidationException", std::move(message)); }
Error invalid_value(std::string_view what) {
  return validation_error("One or more parameter values were invalid: " + std::string(what));
}
Error not_found() { return errors::ResourceNotFoundException("Requested resource not found"); }

std::string Table::item_key(std::string_view key) const {
  return KeyWriter(KeyKind::TableItem).u64(number).raw(key).take();
}
std::string Index::entries_prefix() const { return dynamodb::items_prefix(number); }
const Index* Table::find_index(std::string_view name) const {
  const auto found = std::ranges::find(indexes, name, &Index::name);
  return found == indexes.end() ? nullptr : &*found;
}
std::string Table::items_prefix() const { return dynamodb::items_prefix(number); }
std::string TableName::arn() const { return make_arn("dynamodb", region, account, "table/" + name); }

std::string arn_of_table(const Call& call, std::string_view text) {
  if (text.starts_with("arn:")) return std::string(text);
  return make_arn("dynamodb", call.region, call.account, "table/" + std::string(text));
}

Result<TableName> parse_table_name(const Call& call, std::string_view text) {
  if (text.starts_with("arn:")) {
    const auto arn = Arn::parse(text);
    if (!arn || !is_table(*arn)) return fail(validation_error("Invalid TableArn: " + std::string(text)));
    return named(*arn);
  }
  TRY(check_name(text));
  return TableName{call.account, call.region, std::string(text)};
}

Result<TableName> parse_table_arn(const Call& call, std::string_view text) {
  const auto arn = Arn::parse(text);
  if (!arn || !is_table(*arn) || arn->region != call.region) {
    return fail(validation_error("Invalid TableArn: Invalid ResourceArn provided as input " + std::string(text)));
  }
  return named(*arn);
}

Result<TableName> parse_own_table_name(const Call& call, std::string_view text) {
  TableName name = TRY(parse_table_name(call, text));
  if (name.account == call.account) return name;
  return fail(api_error("AccessDenied",
                        "User: " + (call.principal != nullptr ? call.principal->arn : std::string("anonymous")) +
                            " is not authorized to do this in the account of " + name.arn(),
                        403));
}

std::string table_key(const TableName& name) {
  return KeyWriter(KeyKind::Table).text(name.account).text(name.region).text(name.name).take();
}
std::string tables_prefix(std::string_view account, std::string_view region) {
  return KeyWriter(KeyKind::Table).text(account).text(region).take();
}
std::string items_prefix(std::uint64_t number) { return KeyWriter(KeyKind::TableItem).u64(number).take(); }
std::string stat_key(std::uint64_t number) { return KeyWriter(KeyKind::TableStat).u64(number).take(); }

Result<std::shared_ptr<const Table>> find_table(Reader& reader, const TableName& name) {
  const std::string key = table_key(name);
  auto bytes = TRY(reader.get(key));
  if (!bytes) return std::shared_ptr<const Table>();
  return decoded_table(key, *std::move(bytes));
}

Result<std::shared_ptr<const Table>> table_for_items(Reader& reader, const Call& call, std::string_view text) {
  auto table = TRY(find_table(reader, TRY(parse_table_name(call, text))));
  if (table == nullptr || is_being_made(*table, call.now)) return fail(not_found());
  return table;
}

Result<std::shared_ptr<const Table>> existing_table(Reader& reader, const TableName& name) {
  auto table = TRY(find_table(reader, name));
  if (table == nullptr) {
    return fail(errors::ResourceNotFoundException("Requested resource not found: Table: " + name.name + " not found"));
  }
  return table;
}

Result<> put_table(Transaction& tx, const TableName& name, const Table& table) {
  json::object document;
  document["number"] = table.number;
  document["description"] = wire::to_document(wire::shape_for<TableDescription>(), &table.description);
  json::object indexes;
  for (const Index& index : table.indexes) indexes[index.name] = json::object{{"number", index.number}};
  if (!indexes.empty()) document["indexes"] = std::move(indexes);
  if (table.ready_at) document["ready"] = epoch_ms(*table.ready_at);
  if (!table.expiry_attribute.empty()) {
    document["expiry"] = json::object{{"attribute", table.expiry_attribute}, {"number", table.expiry_number}};
  }
  if (!table.destinations.empty()) {
    json::array list;
    for (const auto& one : table.destinations) {
      list.push_back(wire::to_document(wire::shape_for<KinesisDataStreamDestination>(), &one));
    }
    document["destinations"] = std::move(list);
  }
  if (table.recoverable_since) {
    document["recovery"] = json::object{{"since", epoch_ms(*table.recoverable_since)}, {"days", table.recovery_days}};
  }
  return put_record(tx, table_key(name), document);
}

Result<std::uint64_t> next_table_number(Transaction& tx) {
  const std::string key = KeyWriter(KeyKind::Meta).text("dynamodb.tables").take();
  const auto last = TRY(get_record(tx, key));
  const std::int64_t number = last ? last->to_number<std::int64_t>() + 1 : 1;
  TRY(put_record(tx, key, number));
  return static_cast<std::uint64_t>(number);
}

Result<> number_indexes(Transaction& tx, Table& table) {
  const std::vector<Index> before = std::move(table.indexes);
  table.indexes = TRY(indexes_of(table, [&](const std::string& name) -> Result<std::uint64_t> {
    const auto known = std::ranges::find(before, name, &Index::name);
    if (known != before.end()) return known->number;
    return next_table_number(tx);
  }));
  return {};
}

}  // namespace orrery::dynamodb
