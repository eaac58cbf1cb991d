// What is stored of a table, and the ways in which callers name one.
//
//   Table      -> record (services/record.h): {"number": 7, "description": TableDescription}
//   TableItem  -> the item's encoding (item/value.h)
//   TableStat  -> record: {"items", "bytes", "at"}: the last count (counting.h)
//
// Items live under the table's number, which is never given twice: a deleted table's name is free at once, while its
// items are erased in steps.
#pragma once

#include "item/key.h"
#include "services/call.h"
#include "shapes/dynamodb.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace orrery::dynamodb {

struct Table {
  std::uint64_t number = 0;
  item::KeySchema keys;
  TableDescription description;  // without ItemCount and TableSizeBytes

  std::string item_key(std::string_view key) const;  // `key` as in item/key.h
  std::string items_prefix() const;
};

struct TableName {
  std::string account, region, name;
  std::string arn() const;
};

// The resource that policies name: `text` is a table's name or ARN. Never fails, for authorization rules.
std::string arn_of_table(const Call& call, std::string_view text);
// Errors: ValidationException for what is no name, AccessDeniedException for another account's table (that would take a
// resource-based policy, which tables here do not have).
Result<TableName> parse_table_name(const Call& call, std::string_view text);
// Of the table in a ResourceArn. Error: ValidationException.
Result<TableName> parse_table_arn(const Call& call, std::string_view arn);

std::string table_key(const TableName& name);
std::string tables_prefix(std::string_view account, std::string_view region);
std::string items_prefix(std::uint64_t number);
std::string stat_key(std::uint64_t number);

// nullptr: no such table. Reads the record (validated at commit, in a transaction), but decodes it only when this
// thread has not decoded the same bytes lately.
Result<std::shared_ptr<const Table>> find_table(Reader& reader, const TableName& name);
// Error: ResourceNotFoundException as item operations say it ("Requested resource not found") …
Result<std::shared_ptr<const Table>> table_for_items(Reader& reader, const Call& call, std::string_view text);
// … and as operations on tables do ("Requested resource not found: Table: X not found").
Result<std::shared_ptr<const Table>> existing_table(Reader& reader, const TableName& name);

Result<> put_table(Transaction& tx, const TableName& name, const Table& table);
Result<std::uint64_t> next_table_number(Transaction& tx);

// "One or more parameter values were invalid: …" and other ValidationExceptions.
Error validation_error(std::string message);
Error not_found();

}  // namespace orrery::dynamodb
