// What is stored of a table, and the ways in which callers name one.
//
//   Table      -> record (services/record.h): {"number": 7, "description": TableDescription, "indexes": {"name":
//                 {"number": 8}}, "ready": ms, "expiry": {"attribute": "ttl", "number": 9}, "recovery": {"since": ms,
//                 "days": 35}}
//   TableItem  -> the item's encoding (item/value.h), of a table or of an index (indexes/entries.h)
//   TableStat  -> record: {"items", "bytes", "at"}: the last count (counting.h), of a table or of an index
//
// Items live under the table's number, which is never given twice: a deleted table's name is free at once, while its
// items are erased in steps.
#pragma once

#include "item/key.h"
#include "services/call.h"
#include "shapes/dynamodb.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::dynamodb {

// A secondary index. Its entries live under its number as a table's items live under the table's.
struct Index {
  std::uint64_t number = 0;
  std::string name;
  bool local = false;
  item::KeySchema keys;
  // What an entry holds: everything, or these attributes (those of both keys are always among them). Sorted.
  bool projects_all = false;
  std::vector<std::string> projected;
  // False while the items that were there before the index are being entered: writes maintain it, nobody reads it.
  bool readable = true;

  std::string entries_prefix() const;
};

struct Table {
  std::uint64_t number = 0;
  item::KeySchema keys;
  TableDescription description;  // without ItemCount and TableSizeBytes
  // The global ones first, each group in the description's order; without those that are being dropped.
  std::vector<Index> indexes;
  // Where tables are made with a delay (dynamodb.h): CREATING until then.
  std::optional<Instant> ready_at;

  // TimeToLive: the attribute that says when an item expires; empty: off.
  std::string expiry_attribute;
  std::uint64_t expiry_number = 0;  // under which its entries are (expiry/expiry.h)
  // Kinesis streams that were named as destinations (streams/kinesis.cc).
  std::vector<KinesisDataStreamDestination> destinations;
  // Point-in-time recovery: on since then (nullopt: off), for so many days back.
  std::optional<Instant> recoverable_since;
  std::int64_t recovery_days = 35;

  bool has_stream() const { return description.StreamSpecification && description.StreamSpecification->StreamEnabled; }
  // Whether its changes are written down (changes/log.h).
  bool is_logged() const { return has_stream() || recoverable_since; }
  // Whether a write has to know what it replaces, beyond what the request asks for.
  bool needs_old() const { return !indexes.empty() || is_logged() || !expiry_attribute.empty(); }
  bool is_on_demand() const {
    return description.BillingModeSummary &&
           description.BillingModeSummary->BillingMode == BillingMode::PAY_PER_REQUEST;
  }
  bool is_being_created(Instant now) const { return ready_at && now < *ready_at; }
  const Index* find_index(std::string_view name) const;

  std::string item_key(std::string_view key) const;  // `key` as in item/key.h
  std::string items_prefix() const;
};

struct TableName {
  std::string account, region, name;
  std::string arn() const;
  std::string index_arn(std::string_view index) const { return arn() + "/index/" + std::string(index); }
};

// The resource that policies name: `text` is a table's name or ARN. Never fails, for authorization rules.
std::string arn_of_table(const Call& call, std::string_view text);
// May name another account's table: whether the caller has a say there is what the table's resource-based policy
// decides (policies.h), hence the operation's rule must name arn_of_table. Error: ValidationException for what is no
// name.
Result<TableName> parse_table_name(const Call& call, std::string_view text);
// The same, for what works in the caller's own account only. Error: AccessDeniedException for another's.
Result<TableName> parse_own_table_name(const Call& call, std::string_view text);
// Of the table in a ResourceArn. Error: ValidationException.
Result<TableName> parse_table_arn(const Call& call, std::string_view arn);

std::string table_key(const TableName& name);
std::string tables_prefix(std::string_view account, std::string_view region);
std::string items_prefix(std::uint64_t number);
std::string stat_key(std::uint64_t number);

// nullptr: no such table. Reads the record (validated at commit, in a transaction), but decodes it only when this
// thread has not decoded the same bytes lately.
Result<std::shared_ptr<const Table>> find_table(Reader& reader, const TableName& name);
// Error: ResourceNotFoundException as item operations say it ("Requested resource not found"), also of a table that is
// being created …
Result<std::shared_ptr<const Table>> table_for_items(Reader& reader, const Call& call, std::string_view text);
// … and as operations on tables do ("Requested resource not found: Table: X not found").
Result<std::shared_ptr<const Table>> existing_table(Reader& reader, const TableName& name);

Result<> put_table(Transaction& tx, const TableName& name, const Table& table);
Result<std::uint64_t> next_table_number(Transaction& tx);
// Makes table.indexes what the description says: those that were there keep their numbers, new ones get one; those
// whose status is DELETING go. Whoever changes the indexes of a description calls it before put_table().
Result<> number_indexes(Transaction& tx, Table& table);

Error validation_error(std::string message);
// ValidationException "One or more parameter values were invalid: …".
Error invalid_value(std::string_view what);
Error not_found();

}  // namespace orrery::dynamodb
