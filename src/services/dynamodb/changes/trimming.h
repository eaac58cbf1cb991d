// How long changes stay in a table's log: as long as a stream (a day) or point-in-time recovery (its days) may ask for
// them, whichever is longer. A timer a table drops the rest, in bounded steps.
#pragma once

#include "services/dynamodb/dynamodb.h"
#include "services/dynamodb/tables/tables.h"

namespace orrery::dynamodb {

// Changes made before this may be forgotten; nullopt: all of them, nobody needs any. `table_number` tells the table
// from others that had or have its name.
Result<std::optional<Instant>> log_needed_since(Reader& reader, const TableName& name, std::uint64_t table_number,
                                                Instant now);

// Looks after the log from `due` on, at the latest: for whoever begins or ends to need it (streams do so by themselves;
// point-in-time recovery calls it when it is turned on or off).
Result<> watch_log(DynamoDb& dynamodb, Transaction& tx, const TableName& name, std::uint64_t table_number, Instant due);

// DeleteTable: ends the table's stream, which stays readable for a day, forgets what was to expire, and has the log
// erased once nobody needs it.
Result<> changes_of_deleted_table(DynamoDb& dynamodb, const Call& call, Transaction& tx, const TableName& name,
                                  const Table& table);

inline constexpr std::string_view kTrimTimer = "dynamodb.trim";
Result<> trim_step(DynamoDb& dynamodb, Transaction& tx, const Timer& timer);

}  // namespace orrery::dynamodb
