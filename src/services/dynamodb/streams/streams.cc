#include "services/dynamodb/streams/streams.h"

#include "services/dynamodb/changes/log.h"
#include "services/dynamodb/changes/trimming.h"
#include "services/record.h"
#include "store/key.h"

namespace orrery::dynamodb {
namespace {

Error invalid(std::string_view what) {
  return validation_error("One or more parameter values were invalid: " + std::string(what));
}

// Two streams of one name need two labels, also when the clock stands still.
Result<std::string> free_label(Transaction& tx, const TableName& name, Instant now) {
  for (Instant at = now;; at += Millis(1)) {
    std::string label = iso8601_millis(at);
    label.pop_back();  // "2026-03-01T17:00:00.123": without the Z
    if (!TRY(tx.get(stream_key(name, label)))) return label;
  }
}

Result<> enable(DynamoDb& dynamodb, const Call& call, Transaction& tx, const TableName& name, Table& table,
                const StreamSpecification& specification) {
  StreamRow row;
  row.table = name;
  row.label = TRY(free_label(tx, name, call.now));
  row.view_type = *specification.StreamViewType;
  row.key_schema = *table.description.KeySchema;
  for (const KeySchemaElement& key : row.key_schema) {
    for (const AttributeDefinition& definition : *table.description.AttributeDefinitions) {
      if (key.AttributeName == definition.AttributeName) row.key_attributes.push_back(definition);
    }
  }
  row.created = call.now;
  row.table_number = table.number;
  row.after = TRY(last_sequence(tx, table.number));
  TRY(put_stream(tx, row));
  TRY(watch_log(dynamodb, tx, name, table.number, call.now + kStreamRetention));
  table.description.StreamSpecification = specification;
  table.description.LatestStreamLabel = row.label;
  table.description.LatestStreamArn = row.arn();
  return {};
}

Result<> end(DynamoDb& dynamodb, const Call& call, Transaction& tx, const TableName& name, const Table& table) {
  const std::string key = stream_key(name, table.description.LatestStreamLabel.value_or(""));
  const auto bytes = TRY(tx.get(key));
  if (!bytes) return fail(internal_error("a table's stream without a record: " + name.arn()));
  StreamRow row = TRY(decode_stream(key, *bytes));
  const LogHead head = TRY(log_head(tx, table.number));
  row.last = head.sequence;
  row.last_at = head.at;
  row.ended = call.now;
  TRY(put_stream(tx, row));
  return watch_log(dynamodb, tx, name, table.number, call.now + kStreamRetention);
}

}  // namespace

Result<> create_stream(DynamoDb& dynamodb, const Call& call, Transaction& tx, const TableName& name, Table& table,
                       const StreamSpecification& specification) {
  if (!specification.StreamEnabled) {
    if (!specification.StreamViewType) return {};
    return fail(invalid("Table is being created with a stream disabled, UpdateViewType should not be specified"));
  }
  if (!specification.StreamViewType) {
    return fail(invalid("Table is being created with a stream enabled, UpdateViewType is required"));
  }
  return enable(dynamodb, call, tx, name, table, specification);
}

Result<> update_stream(DynamoDb& dynamodb, const Call& call, Transaction& tx, const TableName& name, Table& table,
                       const StreamSpecification& specification) {
  if (specification.StreamEnabled) {
    if (!specification.StreamViewType) {
      return fail(invalid("If stream is being enabled then UpdateViewType is required"));
    }
    if (table.has_stream()) {
      return fail(validation_error("Table already has an enabled stream: TableName: " + name.name));
    }
    return enable(dynamodb, call, tx, name, table, specification);
  }
  if (specification.StreamViewType) {
    return fail(invalid("If stream is being disabled, then UpdateViewType must not be specified"));
  }
  if (!table.has_stream()) return fail(validation_error("Table has no stream to disable: TableName: " + name.name));
  TRY(end(dynamodb, call, tx, name, table));
  // The label and the ARN of the latest stream stay in the description.
  table.description.StreamSpecification.reset();
  return {};
}

Result<> end_stream_of_deleted_table(DynamoDb& dynamodb, const Call& call, Transaction& tx, const TableName& name,
                                     const Table& table) {
  if (!table.has_stream()) return {};
  return end(dynamodb, call, tx, name, table);
}

}  // namespace orrery::dynamodb
