// A query's work, on the queries' own thread. It may run again after a crash: its results are written under the same
// keys.
#include "services/logs/insights/needed.h"
#include "services/logs/insights/syntax.h"
#include "services/logs/queries/event_reader.h"
#include "services/logs/queries/records.h"
#include "services/record.h"
#include "store/key.h"

#include <algorithm>

namespace orrery::logs {
namespace {

constexpr std::size_t kBlockRows = 1000;
constexpr std::int64_t kLookEvery = 1024;  // events, between looks at the time and at who stops the query
constexpr std::size_t kBlockBytes = std::size_t{1} << 20;
// "Queries time out after 60 minutes of runtime."
constexpr std::int64_t kTimeout_us = 3600LL * 1'000'000;

struct Names {
  std::string account, region, id;
};

Result<Names> names_in(std::string_view payload) {
  const json::value document = TRY(decode_record(payload));
  const auto text = [&](const char* name) { return std::string(find_string(document, name).value_or("")); };
  return Names{text("account"), text("region"), text("id")};
}

struct Outcome {
  std::string status;
  std::vector<insights::Line> lines;
};

void tell(Progress& progress, const PassedOver& passed, std::int64_t pushed, std::int64_t bytes, std::int64_t matched) {
  progress.scanned = pushed + passed.searched_events;
  progress.bytes = bytes + passed.searched_bytes;
  progress.skipped = passed.skipped_events;
  progress.skipped_bytes = passed.skipped_bytes;
  progress.matched = matched;
}

// Reads and evaluates. Error: the store failed, or the server stops.
Result<Outcome> evaluate(Logs& logs, const QueryRecord& record, Progress& progress) {
  const auto query = insights::parse_query(record.text);
  if (!query) return Outcome{std::string(QueryStatus::Failed), {}};
  const auto snapshot = logs.store.snapshot();
  std::vector<GroupRecord> groups;
  for (const std::string& name : record.groups) {
    auto group = TRY(get_group(*snapshot, record.account, record.region, name));
    if (group) groups.push_back(*std::move(group));
  }
  const Instant now = logs.clock.now();
  EventReader events(*snapshot, groups, record.begin_ms, record.end_ms, now, insights::needed_text(*query));
  insights::Pipeline pipeline(*query, {record.limit}, instant_from_ms(record.created_ms));
  const std::int64_t deadline_us = logs.clock.monotonic_us() + kTimeout_us;
  std::int64_t pushed = 0, bytes = 0;
  for (;;) {
    const EventWalk::Step step = TRY(events.next());
    if (step == EventWalk::Step::Event) {
      insights::Event event = events.take();
      ++pushed;
      bytes += static_cast<std::int64_t>(event.message.size());
      pipeline.push(std::move(event));
      if (!pipeline.exhausted() && pushed % kLookEvery != 0) continue;
    }
    tell(progress, events.passed_over(), pushed, bytes, pipeline.matched());
    if (logs.stopping) return fail(internal_error("the server stops"));
    if (progress.cancelled) return Outcome{std::string(QueryStatus::Cancelled), {}};
    if (logs.clock.monotonic_us() > deadline_us) return Outcome{std::string(QueryStatus::Timeout), {}};
    if (step == EventWalk::Step::End || pipeline.exhausted()) break;
  }
  auto lines = pipeline.finish();
  progress.matched = pipeline.matched();
  if (!lines) return Outcome{std::string(QueryStatus::Failed), {}};
  return Outcome{std::string(QueryStatus::Complete), *std::move(lines)};
}

// In blocks of some size, a transaction each. Returns the first row of each.
Result<std::vector<std::int64_t>> write_lines(Logs& logs, const QueryRecord& record,
                                              const std::vector<insights::Line>& lines) {
  std::vector<std::int64_t> blocks;
  for (std::size_t begin = 0; begin < lines.size();) {
    std::size_t end = begin;
    for (std::size_t bytes = 0; end < lines.size() && end - begin < kBlockRows && bytes < kBlockBytes; ++end) {
      for (const auto& [name, value] : lines[end]) bytes += name.size() + value.size();
    }
    const std::string block = encode_lines(lines, begin, end);
    TRY(logs.store.transact(
        [&](Transaction& tx) { return tx.put(query_result_key(record.id, blocks.size()), block); }));
    blocks.push_back(static_cast<std::int64_t>(begin));
    begin = end;
  }
  return blocks;
}

Result<> end_query(Logs& logs, const Names& names, const Progress& progress, const Outcome& outcome,
                   const std::vector<std::int64_t>& blocks, std::int64_t duration_ms) {
  return logs.store.transact([&](Transaction& tx) -> Result<> {
    auto record = TRY(get_query(tx, names.account, names.region, names.id));
    if (!record || record->ended()) return {};  // cancelled
    record->status = outcome.status;
    record->duration_ms = duration_ms;
    record->scanned = progress.scanned;
    record->matched = progress.matched;
    record->bytes = progress.bytes;
    record->skipped = progress.skipped;
    record->skipped_bytes = progress.skipped_bytes;
    record->rows = static_cast<std::int64_t>(outcome.lines.size());
    record->blocks = blocks;
    return put_query(tx, *record);
  });
}

}  // namespace

Result<> run_query(Logs& logs, const Message& message) {
  const Names names = TRY(names_in(message.payload));
  const auto record = TRY(get_query(*logs.store.snapshot(), names.account, names.region, names.id));
  if (!record || record->ended()) return {};
  const auto progress = std::make_shared<Progress>();
  {
    const std::lock_guard lock(logs.mutex);
    logs.running[names.id] = progress;
  }
  const std::int64_t began_us = logs.clock.monotonic_us();
  const auto work = [&]() -> Result<> {
    const Outcome outcome = TRY(evaluate(logs, *record, *progress));
    const auto blocks = TRY(write_lines(logs, *record, outcome.lines));
    return end_query(logs, names, *progress, outcome, blocks, (logs.clock.monotonic_us() - began_us) / 1000);
  };
  Result<> done = work();
  const std::lock_guard lock(logs.mutex);
  logs.running.erase(names.id);
  return done;
}

Result<> expire_query(Transaction& tx, const Timer& timer) {
  const Names names = TRY(names_in(timer.payload));
  TRY(tx.erase(query_key(names.account, names.region, names.id)));
  return tx.erase_range(prefix_range(query_results_prefix(names.id)));
}

}  // namespace orrery::logs
