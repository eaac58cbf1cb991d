// Where an import's items go: into a table that nobody sees, some hundred a transaction, each with the import's counts.
#pragma once

#include "services/dynamodb/backups/transfers.h"

#include <string>
#include <utility>
#include <vector>

namespace orrery::dynamodb {

class ImportWriter {
 public:
  ImportWriter(DynamoDb& dynamodb, const TransferJob& job, Import& record, const Table& table, Caller caller);

  // The lines of which object come next: for error reports.
  void begin_object(const std::string& key);
  Result<> take(Result<item::Item> parsed);
  // So far `bytes` of objects have been read.
  void processed(std::int64_t bytes) { description_.ProcessedSizeBytes = bytes; }
  // Writes what is pending.
  Result<> flush();

 private:
  Result<std::string> key_of(const item::Item& item) const;
  Result<> write(Transaction& tx) const;
  void note_error(const std::string& why);
  void report_errors();

  DynamoDb& dynamodb_;
  TransferJob job_;
  Import& record_;
  ImportTableDescription& description_;
  const Table& table_;
  Caller caller_;
  std::string object_;
  std::int64_t line_ = 0;
  std::vector<std::pair<std::string, item::Item>> pending_;  // key, item
  std::size_t pending_bytes_ = 0;
  json::array errors_;  // as events of a log
  std::int64_t reported_ = 0;
};

// The error with which writing ends when the table has been deleted meanwhile.
inline constexpr std::string_view kTableGone = "TableGone";

}  // namespace orrery::dynamodb
