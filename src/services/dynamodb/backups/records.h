// What is stored of backups.
//
//   Backup -> record: {"details": BackupDetails, "table": TableDescription, "expiry": "ttl", "items": 7, "blob": id}
//
// The blob (frames.h) is there once the status is AVAILABLE, and is retained by the record.
#pragma once

#include "auth/principal.h"
#include "base/json.h"
#include "services/dynamodb/tables/tables.h"

#include <optional>
#include <string>
#include <string_view>

namespace orrery::dynamodb {

// "01489602797149-73d8d5bc": the time in ms in 14 digits, and 8 random hex digits. Sorts by time.
std::string timed_id(Instant now, Random& random);

// A thing of a table that outlives it: "table/NAME/backup/ID", ".../export/ID", ".../import/ID".
struct TableThing {
  TableName table;
  std::string_view kind;  // "backup"
  std::string id;
  std::string arn() const;
};
// nullopt: not the ARN of a `kind`.
std::optional<TableThing> parse_thing(std::string_view kind, std::string_view arn);

struct BackupRecord {
  BackupDetails details;
  TableDescription table;  // as it was, sizes included
  std::string expiry_attribute;
  std::int64_t items = 0;
  std::string blob;
};

std::string backup_key(const TableThing& backup);
std::string backups_prefix(std::string_view account, std::string_view region);
std::string backups_prefix(const TableName& table);
TableThing backup_of_key(std::string_view key);
std::string encode_backup(const BackupRecord& record);
Result<BackupRecord> decode_backup(std::string_view bytes);
Result<std::optional<BackupRecord>> find_backup(Reader& reader, const TableThing& backup);
// Error: BackupNotFoundException, also for what is no backup's ARN or another account's.
Result<BackupRecord> existing_backup(Reader& reader, const Call& call, const std::string& arn);

BackupDescription describe(const BackupRecord& record);

// In the payloads of messages.
void put_name(json::object& document, const TableName& name);
TableName name_in(const json::value& document);

}  // namespace orrery::dynamodb
