#include "services/logs/queries/records.h"

#include "services/record.h"
#include "store/key.h"

namespace orrery::logs {
namespace {

std::int64_t int_of(const json::value& document, std::string_view name) { return find_int(document, name).value_or(0); }

template <class T>
json::array to_array(const std::vector<T>& values) {
  json::array array;
  for (const T& value : values) array.emplace_back(value);
  return array;
}

}  // namespace

bool QueryRecord::ended() const { return status != QueryStatus::Scheduled && status != QueryStatus::Running; }

std::string queries_prefix(std::string_view account, std::string_view region) {
  return KeyWriter(KeyKind::LogQuery).text(account).text(region).take();
}
std::string query_key(std::string_view account, std::string_view region, std::string_view id) {
  return KeyWriter(KeyKind::LogQuery).text(account).text(region).text(id).take();
}
std::string query_results_prefix(std::string_view id) { return KeyWriter(KeyKind::LogQueryResult).text(id).take(); }
std::string query_result_key(std::string_view id, std::uint64_t number) {
  return KeyWriter(KeyKind::LogQueryResult).text(id).u64(number).take();
}
std::string definitions_prefix(std::string_view account, std::string_view region) {
  return KeyWriter(KeyKind::LogQueryDefinition).text(account).text(region).take();
}
std::string definition_key(std::string_view account, std::string_view region, std::string_view id) {
  return KeyWriter(KeyKind::LogQueryDefinition).text(account).text(region).text(id).take();
}

Result<QueryRecord> decode_query(std::string_view bytes) {
  const json::value document = TRY(decode_record(bytes));
  QueryRecord query;
  query.account = text_of(document, "account");
  query.region = text_of(document, "region");
  query.id = text_of(document, "id");
  query.text = text_of(document, "text");
  query.user = text_of(document, "user");
  query.status = text_of(document, "status");
  query.begin_ms = int_of(document, "begin_ms");
  query.end_ms = int_of(document, "end_ms");
  query.limit = int_of(document, "limit");
  query.created_ms = int_of(document, "created_ms");
  query.duration_ms = int_of(document, "duration_ms");
  query.scanned = int_of(document, "scanned");
  query.matched = int_of(document, "matched");
  query.bytes = int_of(document, "bytes");
  query.skipped = int_of(document, "skipped");
  query.skipped_bytes = int_of(document, "skipped_bytes");
  query.rows = int_of(document, "rows");
  const json::value* groups = find(document, "groups");
  const json::value* blocks = find(document, "blocks");
  if (groups == nullptr || !groups->is_array() || blocks == nullptr || !blocks->is_array()) {
    return fail(internal_error("corrupt record: query"));
  }
  for (const json::value& group : groups->get_array()) {
    if (group.is_string()) query.groups.emplace_back(group.get_string());
  }
  for (const json::value& block : blocks->get_array()) {
    if (block.is_int64()) query.blocks.push_back(block.get_int64());
  }
  return query;
}

Result<std::optional<QueryRecord>> get_query(Reader& reader, std::string_view account, std::string_view region,
                                             std::string_view id) {
  const auto bytes = TRY(reader.get(query_key(account, region, id)));
  if (!bytes) return std::optional<QueryRecord>();
  return std::optional<QueryRecord>(TRY(decode_query(*bytes)));
}

Result<> put_query(Transaction& tx, const QueryRecord& query) {
  return put_record(tx, query_key(query.account, query.region, query.id),
                    json::object{{"account", query.account},
                                 {"region", query.region},
                                 {"id", query.id},
                                 {"text", query.text},
                                 {"groups", to_array(query.groups)},
                                 {"user", query.user},
                                 {"begin_ms", query.begin_ms},
                                 {"end_ms", query.end_ms},
                                 {"limit", query.limit},
                                 {"created_ms", query.created_ms},
                                 {"status", query.status},
                                 {"duration_ms", query.duration_ms},
                                 {"scanned", query.scanned},
                                 {"matched", query.matched},
                                 {"bytes", query.bytes},
                                 {"skipped", query.skipped},
                                 {"skipped_bytes", query.skipped_bytes},
                                 {"rows", query.rows},
                                 {"blocks", to_array(query.blocks)}});
}

std::string encode_lines(const std::vector<insights::Line>& lines, std::size_t begin, std::size_t end) {
  json::array block;
  for (std::size_t i = begin; i < end; ++i) {
    json::array line;
    for (const auto& [name, value] : lines[i]) {
      line.emplace_back(name);
      line.emplace_back(value);
    }
    block.push_back(std::move(line));
  }
  return encode_record(block);
}

Result<std::vector<std::vector<ResultField>>> decode_lines(std::string_view bytes) {
  const json::value block = TRY(decode_record(bytes));
  std::vector<std::vector<ResultField>> lines;
  if (!block.is_array()) return fail(internal_error("corrupt record: results of a query"));
  for (const json::value& line : block.get_array()) {
    if (!line.is_array()) return fail(internal_error("corrupt record: results of a query"));
    const json::array& cells = line.get_array();
    auto& fields = lines.emplace_back();
    for (std::size_t i = 0; i + 1 < cells.size(); i += 2) {
      if (!cells[i].is_string() || !cells[i + 1].is_string()) continue;
      fields.push_back({std::string(cells[i].get_string()), std::string(cells[i + 1].get_string())});
    }
  }
  return lines;
}

std::string query_payload(const QueryRecord& query) {
  return encode_record(json::object{{"account", query.account}, {"region", query.region}, {"id", query.id}});
}

}  // namespace orrery::logs
