// Streams of tables: a stream is a window on the table's change log (changes/log.h), from the change after the one at
// which it was enabled to the one at which it was disabled. It has no records of its own; its view type decides what
// GetRecords shows of a change.
//
//   TableStream: text(account) text(region) text(table name) text(label) -> record, StreamRow
//
// Operations on tables call the functions below; each is one step of a transaction which the caller goes on with.
#pragma once

#include "services/dynamodb/dynamodb.h"
#include "services/dynamodb/tables/tables.h"

namespace orrery::dynamodb {

// CreateTable: enables a stream where `specification` wants one. Sets StreamSpecification, LatestStreamLabel and
// LatestStreamArn in table.description and writes the stream's row: the caller puts the table afterwards (put_table).
// The table has its number. Errors: ValidationException, a view type where none belongs or none where one does.
Result<> create_stream(DynamoDb& dynamodb, const Call& call, Transaction& tx, const TableName& name, Table& table,
                       const StreamSpecification& specification);

// UpdateTable: enables or disables, as `specification` says; likewise. A stream that is enabled anew has another label.
// Errors: ValidationException, also "Table already has an enabled stream: TableName: X" and "Table has no stream to
// disable: TableName: X".
Result<> update_stream(DynamoDb& dynamodb, const Call& call, Transaction& tx, const TableName& name, Table& table,
                       const StreamSpecification& specification);

// DeleteTable: the stream ends, and stays readable for a day. Nothing to do with a table without one.
Result<> end_stream_of_deleted_table(DynamoDb& dynamodb, const Call& call, Transaction& tx, const TableName& name,
                                     const Table& table);

// A stream as it is stored.
struct StreamRow {
  TableName table;
  std::string label;
  std::string view_type;
  std::vector<KeySchemaElement> key_schema;
  std::vector<AttributeDefinition> key_attributes;
  Instant created;
  std::uint64_t table_number = 0;
  // Its records are the changes after `after`, up to `last` once it is disabled.
  std::uint64_t after = 0;
  std::uint64_t last = 0;
  Instant last_at;               // the time of change `last`
  std::optional<Instant> ended;  // when it was disabled, or its table deleted

  item::KeySchema keys() const;

  std::string arn() const { return table.arn() + "/stream/" + label; }
};

// How long records can be read, and a disabled stream too
// (docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html).
inline constexpr Millis kStreamRetention = std::chrono::hours(24);

inline bool is_readable(const StreamRow& row, Instant now) { return !row.ended || *row.ended + kStreamRetention > now; }

std::string stream_key(const TableName& table, std::string_view label);
std::string streams_prefix(std::string_view account, std::string_view region);  // all of an account's in a region
std::string streams_prefix(const TableName& table);                             // of tables of that name
Result<StreamRow> decode_stream(std::string_view key, std::string_view value);
Result<> put_stream(Transaction& tx, const StreamRow& row);

}  // namespace orrery::dynamodb
