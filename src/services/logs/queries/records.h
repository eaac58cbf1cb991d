// What is stored of queries, their results and saved definitions.
#pragma once

#include "base/json.h"
#include "services/logs/insights/pipeline.h"
#include "services/logs/logs.h"
#include "shapes/logs.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::logs {

inline constexpr std::string_view kQueryMessage = "logs.query";
inline constexpr std::string_view kQueryExpiry = "logs.query-expiry";
// "Query results are available for 7 days" (cloudwatch_limits_cwl.html).
inline constexpr std::int64_t kQueryKept_ms = 7LL * 24 * 3600 * 1000;

struct QueryRecord {
  std::string account, region, id;
  std::string text;
  std::vector<std::string> groups;        // names
  std::string user;                       // ARN
  std::int64_t begin_ms = 0, end_ms = 0;  // [begin, end)
  std::int64_t limit = 0;                 // rows, when the text has no limit
  std::int64_t created_ms = 0;
  std::string status;  // "Scheduled" until it has ended
  std::int64_t duration_ms = 0;
  std::int64_t scanned = 0, matched = 0, bytes = 0;
  std::int64_t skipped = 0, skipped_bytes = 0;  // what cannot match, and was not read
  std::int64_t rows = 0;
  std::vector<std::int64_t> blocks;  // of each block of results, its first row

  bool ended() const;
};

std::string query_key(std::string_view account, std::string_view region, std::string_view id);
std::string queries_prefix(std::string_view account, std::string_view region);
std::string query_results_prefix(std::string_view id);
std::string query_result_key(std::string_view id, std::uint64_t number);

Result<QueryRecord> decode_query(std::string_view bytes);
Result<std::optional<QueryRecord>> get_query(Reader& reader, std::string_view account, std::string_view region,
                                             std::string_view id);
Result<> put_query(Transaction& tx, const QueryRecord& query);

// A block of results, as [[name, value, name, value, …], …].
std::string encode_lines(const std::vector<insights::Line>& lines, std::size_t begin, std::size_t end);
Result<std::vector<std::vector<ResultField>>> decode_lines(std::string_view bytes);

std::string definition_key(std::string_view account, std::string_view region, std::string_view id);
std::string definitions_prefix(std::string_view account, std::string_view region);

// run_query.cc
Result<> run_query(Logs& logs, const Message& message);
Result<> expire_query(Transaction& tx, const Timer& timer);
// What the message and the timer of a query carry.
std::string query_payload(const QueryRecord& query);

}  // namespace orrery::logs
