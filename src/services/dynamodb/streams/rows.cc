// Streams as they are stored.
#include "services/dynamodb/streams/streams.h"
#include "services/record.h"
#include "store/key.h"

namespace orrery::dynamodb {

std::string stream_key(const TableName& table, std::string_view label) {
  return KeyWriter(KeyKind::TableStream).text(table.account).text(table.region).text(table.name).text(label).take();
}
std::string streams_prefix(std::string_view account, std::string_view region) {
  return KeyWriter(KeyKind::TableStream).text(account).text(region).take();
}
std::string streams_prefix(const TableName& table) {
  return KeyWriter(KeyKind::TableStream).text(table.account).text(table.region).text(table.name).take();
}

Result<StreamRow> decode_stream(std::string_view key, std::string_view value) {
  KeyReader reader(key);
  StreamRow row;
  row.table.account = reader.text();
  row.table.region = reader.text();
  row.table.name = reader.text();
  row.label = reader.text();
  const json::value document = TRY(decode_record(value));
  const json::value* keys = find(document, "keys");
  if (!reader.ok() || keys == nullptr || !keys->is_array() || keys->as_array().empty())
    return fail(internal_error("corrupt record: stream"));
  const auto number = [&](std::string_view member) {
    return static_cast<std::uint64_t>(find_int(document, member).value_or(0));
  };
  row.view_type = find_string(document, "view").value_or("");
  for (const json::value& one : keys->as_array()) {
    const auto text = [&](std::string_view member) { return std::string(find_string(one, member).value_or("")); };
    row.key_schema.push_back({text("name"), text("role")});
    row.key_attributes.push_back({text("name"), text("type")});
  }
  row.created = instant_from_ms(find_int(document, "created").value_or(0));
  row.table_number = number("number");
  row.after = number("after");
  row.last = number("last");
  row.last_at = instant_from_ms(find_int(document, "last_at").value_or(0));
  if (const auto ended = find_int(document, "ended")) row.ended = instant_from_ms(*ended);
  return row;
}

Result<> put_stream(Transaction& tx, const StreamRow& row) {
  json::array keys;
  for (const KeySchemaElement& key : row.key_schema) {
    json::object one{{"name", key.AttributeName}, {"role", key.KeyType}};
    for (const AttributeDefinition& definition : row.key_attributes) {
      if (definition.AttributeName == key.AttributeName) one["type"] = definition.AttributeType;
    }
    keys.emplace_back(std::move(one));
  }
  json::object document;
  document["view"] = row.view_type;
  document["keys"] = std::move(keys);
  document["created"] = epoch_ms(row.created);
  document["number"] = row.table_number;
  document["after"] = row.after;
  if (row.ended) {
    document["last"] = row.last;
    document["last_at"] = epoch_ms(row.last_at);
    document["ended"] = epoch_ms(*row.ended);
  }
  return put_record(tx, stream_key(row.table, row.label), document);
}

item::KeySchema StreamRow::keys() const {
  const auto attribute = [&](std::size_t index) -> item::KeyAttribute {
    const std::string& type = key_attributes[index].AttributeType;
    const bool is_s = type == ScalarAttributeType::S;
    return {key_attributes[index].AttributeName, is_s                             ? item::Type::S
                                                 : type == ScalarAttributeType::N ? item::Type::N
                                                                                  : item::Type::B};
  };
  item::KeySchema schema;
  schema.partition = attribute(0);
  if (key_attributes.size() > 1) schema.sort = attribute(1);
  return schema;
}

}  // namespace orrery::dynamodb
