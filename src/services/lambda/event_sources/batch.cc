#include "services/lambda/event_sources/batch.h"

#include <algorithm>

namespace orrery::lambda {
namespace {

constexpr std::int64_t kLeastPage = 10;
constexpr std::int64_t kMostPage = 1000;
// A step looks at so many records at most, that filters and other lanes leave little of.
constexpr std::size_t kMostLooked = 20'000;

class Gatherer {
 public:
  explicit Gatherer(const Gathering& what) : what_(what) {
    batch_.whole = what.lane.position;
    most_ = static_cast<std::size_t>(what.mapping.configuration.BatchSize.value_or(100));
  }

  // False: that is enough.
  bool take(SourceRecord&& record) {
    const auto& ends = what_.lane.ends;
    if (!ends.empty() && comes_before(ends.back(), record.sequence)) return stop(batch_.full);
    if (wanted(record)) {
      if (is_other_window(record)) return stop(batch_.window_over);
      if (is_too_old(record)) {
        if (!batch_.records.empty()) return stop(batch_.full);
        look(record);
        batch_.too_old.push_back(std::move(record));
        return true;
      }
      // What was too old is given up first, in a step of its own.
      if (!batch_.too_old.empty()) return stop(batch_.more);
      bytes_ += json::serialize(record.document).size() + 1;
      if (bytes_ > kMostEventBytes && !batch_.records.empty()) return stop(batch_.full);
      look(record);
      batch_.records.push_back(std::move(record));
    } else {
      look(record);
    }
    const bool end_reached = !ends.empty() && !comes_before(batch_.whole.sequence, ends.back());
    if (end_reached || (ends.empty() && batch_.records.size() >= most_)) return stop(batch_.full);
    if (++looked_ >= kMostLooked) return stop(batch_.more);
    return true;
  }

  Batch& batch() { return batch_; }

 private:
  static bool stop(bool& why) {
    why = true;
    return false;
  }
  void look(const SourceRecord& record) {
    batch_.whole = Position::after(record.sequence);
    batch_.moved = true;
  }
  bool wanted(const SourceRecord& record) const {
    const std::int64_t lanes = what_.lane.of;
    if (lanes > 1 && lane_of(record.key, lanes) != what_.number) return false;
    return what_.filters.pass(record.for_filters());
  }
  bool is_too_old(const SourceRecord& record) const {
    const std::int64_t age_s = what_.mapping.failures().most_age_s;
    return age_s > 0 && record.arrived < what_.now - std::chrono::seconds(age_s);
  }
  bool is_other_window(const SourceRecord& record) const {
    if (what_.mapping.configuration.TumblingWindowInSeconds.value_or(0) == 0) return false;
    const Instant window = window_of(what_.mapping, record.arrived);
    if (what_.lane.window_start) return window > *what_.lane.window_start;
    return !batch_.records.empty() && window > window_of(what_.mapping, batch_.records.front().arrived);
  }

  const Gathering& what_;
  Batch batch_;
  std::size_t most_ = 0;
  std::size_t bytes_ = 0;
  std::size_t looked_ = 0;
};

// Records older than the stream keeps are gone: reading goes on with the oldest that is left.
Result<std::string> iterator_at(StreamSource& source, const std::string& shard, const Position& position) {
  auto iterator = source.iterator(shard, position);
  if (iterator || iterator.error().code != "TrimmedDataAccessException") return iterator;
  return source.iterator(shard, Position());
}

}  // namespace

Result<Batch> gather(StreamSource& source, const std::string& shard, const Gathering& what) {
  Gatherer gatherer(what);
  Batch& batch = gatherer.batch();
  const auto page_size =
      static_cast<std::size_t>(std::clamp(what.mapping.configuration.BatchSize.value_or(100), kLeastPage, kMostPage));
  std::string iterator = TRY(iterator_at(source, shard, what.lane.position));
  bool restarted = false;
  for (;;) {
    auto page = source.read(iterator, page_size);
    if (!page && page.error().code == "TrimmedDataAccessException" && !restarted) {
      restarted = true;
      iterator = TRY(source.iterator(shard, Position()));
      continue;
    }
    if (!page) return fail(std::move(page).error());
    for (SourceRecord& record : page->records) {
      if (!gatherer.take(std::move(record))) return std::move(batch);
    }
    if (!page->next) batch.shard_ended = true;
    if (!page->next || page->records.empty()) return std::move(batch);
    iterator = *std::move(page->next);
  }
}

Instant window_of(const Mapping& mapping, Instant arrived) {
  const std::int64_t width = mapping.configuration.TumblingWindowInSeconds.value_or(1) * 1000;
  return instant_from_ms(epoch_ms(arrived) / width * width);
}

// docs.aws.amazon.com/lambda/latest/dg/services-ddb-windows.html
std::string event_of(const Mapping& mapping, const std::string& shard, const Lane& lane, const Batch& batch,
                     WindowPhase phase, Instant window_start) {
  json::array records;
  for (const SourceRecord& record : batch.records) records.push_back(record.document);
  json::object event{{"Records", std::move(records)}};
  if (phase == WindowPhase::None) return json::serialize(event);
  const auto width = std::chrono::seconds(mapping.configuration.TumblingWindowInSeconds.value_or(0));
  event["window"] =
      json::object{{"start", iso8601_seconds(window_start)}, {"end", iso8601_seconds(window_start + width)}};
  event["state"] = lane.window_state.is_null() ? json::value(json::object()) : lane.window_state;
  event["shardId"] = shard;
  event["eventSourceARN"] = mapping.source();
  event["isFinalInvokeForWindow"] = phase == WindowPhase::Final;
  event["isWindowTerminatedEarly"] = false;
  return json::serialize(event);
}

// docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html: "the lowest sequence number as the
// checkpoint"; an answer that names no record of the batch fails all of it.
Attempted read_outcome(const functions::Outcome& outcome, const Batch& batch, bool reports_item_failures) {
  using Kind = functions::Outcome::Kind;
  Attempted attempted;
  if (outcome.kind == Kind::Throttled || outcome.kind == Kind::Denied || outcome.kind == Kind::Internal) {
    attempted.kind = Attempted::Kind::NotRun;
    return attempted;
  }
  attempted.kind = outcome.kind == Kind::Ok ? Attempted::Kind::Done : Attempted::Kind::Failed;
  if (outcome.kind != Kind::Ok || !reports_item_failures) return attempted;
  const auto answer = parse_json(outcome.payload);
  const json::value* failures = answer ? find(*answer, "batchItemFailures") : nullptr;
  if (failures == nullptr || failures->is_null()) return attempted;
  if (!failures->is_array() || failures->get_array().empty()) {
    if (!failures->is_array()) attempted.kind = Attempted::Kind::Failed;
    return attempted;
  }
  attempted.kind = Attempted::Kind::Failed;
  std::size_t lowest = batch.records.size();
  for (const json::value& failure : failures->get_array()) {
    const std::string id(find_string(failure, "itemIdentifier").value_or(""));
    const auto found = std::ranges::find(batch.records, id, &SourceRecord::sequence);
    if (found == batch.records.end()) return attempted;  // empty, missing or unknown: a complete failure
    lowest = std::min(lowest, static_cast<std::size_t>(found - batch.records.begin()));
  }
  attempted.failed_from = lowest;
  return attempted;
}

// docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html, "Configuring destinations for failed invocations"
std::string failure_record(const Mapping& mapping, const std::string& shard, const std::vector<SourceRecord>& records,
                           std::size_t from, const std::string& condition, int invocations,
                           const functions::Outcome* outcome, const std::string& version, const std::string& request_id,
                           Instant now) {
  const SourceRecord& first = records.at(from);
  const SourceRecord& last = records.back();
  const bool table = source_kind(mapping.source()) == SourceKind::DynamoDb;
  json::object info{{"shardId", shard},
                    {"startSequenceNumber", first.sequence},
                    {"endSequenceNumber", last.sequence},
                    {"approximateArrivalOfFirstRecord", iso8601_seconds(first.arrived)},
                    {"approximateArrivalOfLastRecord", iso8601_seconds(last.arrived)},
                    {"batchSize", records.size() - from},
                    {"streamArn", mapping.source()}};
  json::object record{{"requestContext", json::object{{"requestId", request_id},
                                                      {"functionArn", mapping.function.qualified_arn()},
                                                      {"condition", condition},
                                                      {"approximateInvokeCount", invocations}}},
                      {"version", "1.0"},
                      {"timestamp", iso8601_millis(now)},
                      {table ? "DDBStreamBatchInfo" : "KinesisBatchInfo", std::move(info)}};
  if (outcome != nullptr) {
    json::object response{{"statusCode", 200}, {"executedVersion", version}};
    if (!outcome->function_error.empty()) response["functionError"] = outcome->function_error;
    record["responseContext"] = std::move(response);
  }
  return json::serialize(record);
}

}  // namespace orrery::lambda
