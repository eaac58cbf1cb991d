// StartQuery, GetQueryResults, StopQuery, DescribeQueries.
#include "services/logs/insights/syntax.h"
#include "services/logs/operations.h"
#include "services/logs/queries/operations.h"
#include "services/logs/queries/records.h"
#include "services/paging.h"
#include "store/key.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace orrery::logs {
namespace {

constexpr std::size_t kMostGroups = 50;
constexpr std::int64_t kMostRowsOfPage = 10'000;
constexpr std::int64_t kMostBytesOfPage = std::int64_t{8} << 20;
constexpr std::int64_t kQueriesAPage = 50;

Result<> check_request(const StartQueryRequest& input) {
  if (input.queryLanguage && *input.queryLanguage != QueryLanguage::CWLI) {
    return invalid("Orrery speaks the Logs Insights query language (CWLI) only, not " + *input.queryLanguage + ".");
  }
  const int given = static_cast<int>(input.logGroupName.has_value()) +
                    static_cast<int>(input.logGroupNames.has_value()) +
                    static_cast<int>(input.logGroupIdentifiers.has_value());
  if (given != 1) {
    return invalid("Exactly one of logGroupName, logGroupNames and logGroupIdentifiers must be specified.");
  }
  if (groups_of_query(input).empty()) return invalid("At least one log group must be specified.");
  if (groups_of_query(input).size() > kMostGroups) return invalid("At most 50 log groups can be specified.");
  constexpr std::int64_t kMostSeconds = std::numeric_limits<std::int64_t>::max() / 2000;
  if (input.startTime > kMostSeconds || input.endTime > kMostSeconds) return invalid("The time range is invalid.");
  if (input.startTime > input.endTime) return invalid("The start time must not be after the end time.");
  return {};
}

Result<QueryRecord> existing_query(Reader& reader, const Call& call, const std::string& id) {
  auto query = TRY(get_query(reader, call.account, call.region, id));
  if (!query) return fail(errors::ResourceNotFoundException("Query " + id + " does not exist."));
  return *std::move(query);
}

std::shared_ptr<Progress> progress_of(Logs& logs, const std::string& id) {
  const std::lock_guard lock(logs.mutex);
  const auto found = logs.running.find(id);
  return found == logs.running.end() ? nullptr : found->second;
}

// What is under way, too.
void add_progress(Logs& logs, QueryRecord& query) {
  if (query.ended()) return;
  const auto progress = progress_of(logs, query.id);
  if (progress == nullptr) return;
  query.status = QueryStatus::Running;
  query.scanned = progress->scanned;
  query.matched = progress->matched;
  query.bytes = progress->bytes;
  query.skipped = progress->skipped;
  query.skipped_bytes = progress->skipped_bytes;
}

QueryStatistics statistics_of(const QueryRecord& query) {
  QueryStatistics statistics;
  statistics.recordsMatched = static_cast<double>(query.matched);
  statistics.recordsScanned = static_cast<double>(query.scanned);
  statistics.bytesScanned = static_cast<double>(query.bytes);
  statistics.estimatedRecordsSkipped = static_cast<double>(query.skipped);
  statistics.estimatedBytesSkipped = static_cast<double>(query.skipped_bytes);
  statistics.logGroupsScanned = static_cast<double>(query.groups.size());
  if (query.ended()) statistics.resultCount = static_cast<double>(query.rows);
  return statistics;
}

// Rows from `from` on; returns where the next page begins, which is `query.rows` at the end.
Result<std::int64_t> read_rows(Reader& reader, const QueryRecord& query, std::int64_t from, std::int64_t most,
                               std::vector<std::vector<ResultField>>& rows) {
  std::int64_t at = from;
  std::int64_t bytes = 0;
  auto block = std::ranges::upper_bound(query.blocks, from) - query.blocks.begin() - 1;
  for (; block >= 0 && block < std::ssize(query.blocks); ++block) {
    const auto number = static_cast<std::size_t>(block);
    const auto value = TRY(reader.get(query_result_key(query.id, number)));
    if (!value) return query.rows;
    auto lines = TRY(decode_lines(*value));
    for (auto i = static_cast<std::size_t>(at - query.blocks[number]); i < lines.size(); ++i, ++at) {
      if (at - from == most || (bytes > kMostBytesOfPage && at > from)) return at;
      for (const ResultField& field : lines[i]) bytes += static_cast<std::int64_t>(field.value->size() + 32);
      rows.push_back(std::move(lines[i]));
    }
  }
  return at;
}

// The latest ones first.
std::string time_position(const QueryRecord& query) {
  return KeyWriter(KeyKind::LogQuery).u64(static_cast<std::uint64_t>(query.created_ms)).text(query.id).take();
}

}  // namespace

std::vector<std::string> groups_of_query(const StartQueryRequest& input) {
  std::vector<std::string> groups;
  if (input.logGroupName) groups.push_back(*input.logGroupName);
  if (input.logGroupNames) groups = *input.logGroupNames;
  if (input.logGroupIdentifiers) {
    for (const std::string& identifier : *input.logGroupIdentifiers) groups.push_back(group_in_identifier(identifier));
  }
  std::ranges::sort(groups);
  groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
  return groups;
}

Result<StartQueryResponse> start_query(Logs& logs, Call& call, Transaction& tx, const StartQueryRequest& input) {
  TRY(check_request(input));
  TRY(insights::parse_query(input.queryString));
  QueryRecord query;
  query.groups = groups_of_query(input);
  for (const std::string& group : query.groups) {
    if (TRY(get_group(tx, call.account, call.region, group))) continue;
    return fail(errors::ResourceNotFoundException("Log group '" + group + "' does not exist for account ID '" +
                                                  call.account + "'"));
  }
  query.account = call.account;
  query.region = call.region;
  query.id = call.random->uuid();
  query.text = input.queryString;
  query.user = call.principal != nullptr ? call.principal->arn : "";
  query.begin_ms = input.startTime * 1000;
  query.end_ms = (input.endTime + 1) * 1000;  // the last second is included
  query.limit = input.limit.value_or(insights::kDefaultLimit);
  query.created_ms = epoch_ms(call.now);
  query.status = QueryStatus::Scheduled;
  TRY(put_query(tx, query));
  Message message;
  message.kind = kQueryMessage;
  message.id = query.id;
  message.due = message.created = call.now;
  message.payload = query_payload(query);
  TRY(logs.background.post(tx, message));
  TRY(logs.background.arm(
      tx, {std::string(kQueryExpiry), query.id, call.now + Millis(kQueryKept_ms), query_payload(query)}));
  return StartQueryResponse{query.id};
}

Result<GetQueryResultsResponse> get_query_results(Logs& logs, Call& call, Reader& reader,
                                                  const GetQueryResultsRequest& input) {
  QueryRecord query = TRY(existing_query(reader, call, input.queryId));
  add_progress(logs, query);
  std::int64_t from = 0;
  if (input.nextToken) {
    const auto position = page_position(*input.nextToken);
    const char* const last = position ? position->data() + position->size() : nullptr;
    if (!position || std::from_chars(position->data(), last, from).ptr != last || from < 0 || from > query.rows) {
      return fail(invalid_token());
    }
  }
  std::int64_t most = input.maxItems.value_or(kMostRowsOfPage);
  if (most == 0) most = kMostRowsOfPage;
  GetQueryResultsResponse output;
  output.queryLanguage = QueryLanguage::CWLI;
  output.status = query.status;
  output.results.emplace();
  if (query.ended() && query.rows > 0) {
    const std::int64_t next = TRY(read_rows(reader, query, from, most, *output.results));
    if (next < query.rows) output.nextToken = page_token(std::to_string(next));
  }
  output.statistics = statistics_of(query);
  return output;
}

Result<StopQueryResponse> stop_query(Logs& logs, Call& call, Transaction& tx, const StopQueryRequest& input) {
  QueryRecord query = TRY(existing_query(tx, call, input.queryId));
  if (query.ended()) return invalid("Query " + query.id + " is not running.");
  add_progress(logs, query);
  query.status = QueryStatus::Cancelled;
  query.duration_ms = epoch_ms(call.now) - query.created_ms;
  TRY(put_query(tx, query));
  tx.on_commit([progress = progress_of(logs, query.id)] {
    if (progress != nullptr) progress->cancelled = true;
  });
  return StopQueryResponse{true};
}

Result<DescribeQueriesResponse> describe_queries(Logs& logs, Call& call, Reader& reader,
                                                 const DescribeQueriesRequest& input) {
  std::optional<std::string> from;
  if (input.nextToken) {
    from = page_position(*input.nextToken);
    if (!from) return fail(invalid_token());
  }
  std::vector<std::pair<std::string, QueryRecord>> queries;
  const bool spoken = !input.queryLanguage || *input.queryLanguage == QueryLanguage::CWLI;
  const auto cursor = reader.scan(prefix_range(queries_prefix(call.account, call.region)));
  while (spoken && cursor->next()) {
    QueryRecord query = TRY(decode_query(cursor->value()));
    add_progress(logs, query);
    if (input.status && *input.status != query.status) continue;
    if (input.logGroupName && std::ranges::find(query.groups, *input.logGroupName) == query.groups.end()) continue;
    std::string position = time_position(query);
    if (!from || position <= *from) queries.emplace_back(std::move(position), std::move(query));
  }
  TRY(cursor->status());
  std::ranges::sort(queries, [](const auto& a, const auto& b) { return a.first > b.first; });
  DescribeQueriesResponse output;
  output.queries.emplace();
  for (const auto& [position, query] : queries) {
    if (std::ssize(*output.queries) == input.maxResults.value_or(kQueriesAPage)) {
      output.nextToken = page_token(position);
      break;
    }
    QueryInfo info;
    info.queryLanguage = QueryLanguage::CWLI;
    info.queryId = query.id;
    info.queryString = query.text;
    info.status = query.status;
    info.createTime = query.created_ms;
    info.logGroupName = query.groups.front();
    if (query.ended()) info.queryDuration = query.duration_ms;
    info.bytesScanned = static_cast<double>(query.bytes);
    if (!query.user.empty()) info.userIdentity = query.user;
    output.queries->push_back(std::move(info));
  }
  return output;
}

}  // namespace orrery::logs
