// What the engine does with one lane: gather a batch, hand it to the function, and write down what became of it.
#include "base/log.h"
#include "services/lambda/event_sources/engine.h"
#include "services/lambda/invocation/destinations.h"
#include "services/lambda/invocation/lineage.h"
#include "services/lambda/invocation/run.h"
#include "services/lambda/metrics.h"

#include <algorithm>

namespace orrery::lambda {
namespace {

constexpr std::string_view kFunctionProblem = "PROBLEM: Function call failed";

bool has_windows(const Mapping& mapping) { return mapping.configuration.TumblingWindowInSeconds.value_or(0) > 0; }

Millis window_width(const Mapping& mapping) {
  return std::chrono::seconds(mapping.configuration.TumblingWindowInSeconds.value_or(0));
}

// Buckets get "the entire invocation record", the event as text.
Result<> add_event(Parcel& parcel, const std::string& event) {
  if (!parcel.destination.starts_with("arn:aws:s3:")) return {};
  auto document = TRY(parse_json(parcel.body));
  document.as_object()["payload"] = event;
  parcel.body = json::serialize(document);
  return {};
}

}  // namespace

Result<bool> EventSources::run_lane(const std::string& key, const Mapping& mapping, const LaneName& name,
                                    LaneWork& work) {
  const Instant now = lambda_.clock.now();
  const Filters filters = TRY(Filters::compile(mapping.configuration.FilterCriteria));
  Lane lane;
  std::string role_arn;
  Batch batch = TRY(lambda_.store.transact([&](Transaction& tx) -> Result<Batch> {
    const auto bytes = TRY(tx.get(lane_key(mapping, name.first, name.second)));
    if (!bytes) return Batch();
    lane = TRY(decode_lane(*bytes));
    if (lane.position.kind == Position::Kind::End || (lane.retry_at && *lane.retry_at > now)) return Batch();
    role_arn = TRY(role_of(tx, mapping));
    const Caller caller = as_role(lambda_, mapping.function, role_arn);
    const std::string arn = mapping.source();
    const auto source = open_stream(source_kind(arn), lambda_.dispatcher, tx, caller, arn);
    return gather(*source, name.first, {mapping, filters, lane, name.second, now});
  }));
  if (role_arn.empty()) return false;
  if (!batch.too_old.empty()) {
    TRY(drop_old(mapping, name, lane, batch, role_arn));
    return true;
  }
  const bool windows = has_windows(mapping);
  const bool window_ends =
      windows && lane.window_start && batch.records.empty() &&
      (batch.window_over || batch.shard_ended || now >= *lane.window_start + window_width(mapping));
  if (batch.records.empty() && !window_ends) return without_records(key, mapping, name, lane, batch);
  if (!window_ends && TRY(must_wait(key, mapping, name, batch, lane, work))) return false;

  auto flight = std::make_shared<Flight>();
  flight->key = key;
  flight->name = name;
  flight->mapping = mapping;
  flight->role_arn = std::move(role_arn);
  flight->request_id = lambda_.random.uuid();
  if (windows) {
    flight->phase = window_ends ? WindowPhase::Final : WindowPhase::Open;
    flight->window_start = lane.window_start ? *lane.window_start : window_of(mapping, batch.records.front().arrived);
  }
  flight->event = event_of(mapping, name.first, lane, batch, flight->phase, flight->window_start);
  flight->lane = std::move(lane);
  flight->batch = std::move(batch);
  work.busy = true;
  work.gathered_by.reset();
  launch(flight);
  return false;
}

// What was looked at need not be looked at again. A shard that has ended makes way for its children.
Result<bool> EventSources::without_records(const std::string& key, const Mapping& mapping, const LaneName& name,
                                           const Lane& lane, const Batch& batch) {
  Lane next = lane;
  if (batch.moved) next.position = batch.whole;
  if (batch.shard_ended) next.position = {Position::Kind::End, {}, {}};
  if (batch.full && !next.ends.empty()) next.ends.pop_back();  // all of what was remembered is filtered out by now
  if (lane.window_start && !batch.shard_ended) {
    TRY(lambda_.store.transact(
        [&](Transaction& tx) { return wake_at(tx, key, name, *lane.window_start + window_width(mapping)); }));
  }
  if (!batch.moved && !batch.shard_ended) return false;
  TRY(save_lane(mapping, name, next));
  return batch.more || batch.shard_ended || batch.full;
}

// A batch that is not full waits for more: MaximumBatchingWindowInSeconds since its first record was seen.
Result<bool> EventSources::must_wait(const std::string& key, const Mapping& mapping, const LaneName& name,
                                     const Batch& batch, const Lane& lane, LaneWork& work) {
  const auto window = std::chrono::seconds(mapping.configuration.MaximumBatchingWindowInSeconds.value_or(0));
  if (batch.full || batch.shard_ended || batch.window_over || !lane.ends.empty() || window.count() == 0) return false;
  const Instant now = lambda_.clock.now();
  if (!work.gathered_by) {
    work.gathered_by = now + window;
    TRY(lambda_.store.transact([&](Transaction& tx) { return wake_at(tx, key, name, *work.gathered_by); }));
  }
  return now < *work.gathered_by;
}

Result<> EventSources::drop_old(const Mapping& mapping, const LaneName& name, const Lane& lane, const Batch& batch,
                                const std::string& role_arn) {
  Flight flight;
  flight.mapping = mapping;
  flight.name = name;
  flight.role_arn = role_arn;
  flight.request_id = lambda_.random.uuid();
  flight.batch.records = batch.too_old;
  const Lane next = give_up(lane, batch.whole.sequence);
  return lambda_.store.transact([&](Transaction& tx) -> Result<> {
    if (!mapping.on_failure().empty()) {
      Parcel parcel;
      parcel.id = flight.request_id;
      parcel.destination = mapping.on_failure();
      parcel.use = DestinationUse::StreamFailure;
      parcel.name = mapping.function;
      parcel.role_arn = role_arn;
      const Instant now = lambda_.clock.now();
      parcel.body = failure_record(mapping, name.first, batch.too_old, 0, "RecordAgeExceeded", lane.attempts, nullptr,
                                   "", flight.request_id, now);
      TRY(add_event(parcel, event_of(mapping, name.first, lane, flight.batch, WindowPhase::None, {})));
      parcel.object_key = object_key(mapping.uuid + "/" + name.first, now, flight.request_id);
      TRY(post_parcel(lambda_, tx, parcel, now));
    }
    return tx.put(lane_key(mapping, name.first, name.second), encode_lane(next));
  });
}

void EventSources::launch(const std::shared_ptr<Flight>& flight) {
  const auto land_later = [this, flight, held = lambda_.background.hold()](functions::Outcome outcome) {
    flight->outcome = std::move(outcome);
    steps_.post([this, flight, held] { land(flight); });
  };
  auto run = prepare(lambda_, *lambda_.store.snapshot(), flight->mapping.function);
  // What the function sees must not be lost after it has.
  const Result<> safe = lambda_.store.wait_durable(lambda_.store.committed());
  if (!run || !safe) {
    functions::Outcome outcome;
    outcome.kind = functions::Outcome::Kind::Internal;
    outcome.payload = run ? safe.error().message : run.error().message;
    return land_later(std::move(outcome));
  }
  flight->version = run->version;
  TraceStep step = step_into("", flight->mapping.function.arn(), lambda_.random, lambda_.clock.now());
  functions::Invocation invocation;
  invocation.request_id = flight->request_id;
  invocation.payload = flight->event;
  invocation.invoked_function_arn = flight->mapping.function.qualified_arn();
  invocation.trace_id = std::move(step.trace_id);
  if (!flight->batch.records.empty()) {
    const Instant last = flight->batch.records.back().arrived;
    publish(lambda_, flight->mapping.function, "IteratorAge",
            static_cast<double>(std::max<std::int64_t>(0, epoch_ms(lambda_.clock.now()) - epoch_ms(last))),
            kMilliseconds);
  }
  lambda_.environments->invoke(run->spec, std::move(invocation), land_later);
}

void EventSources::land(const std::shared_ptr<Flight>& flight) {
  const auto poller = pollers_.find(flight->key);
  if (poller != pollers_.end()) poller->second.lanes[flight->name].busy = false;
  const Result<> recorded = record_landing(*flight);
  if (!recorded) return trouble(flight->key, recorded.error());  // the batch is run again
  step(flight->key);
}

Result<> EventSources::post_failure(Transaction& tx, const Flight& flight, std::size_t from, int invocations) {
  const Mapping& mapping = flight.mapping;
  if (mapping.on_failure().empty()) {
    log::warning("records of an event source are given up",
                 {{"function", mapping.function.name}, {"source", mapping.source()}});
    return {};
  }
  const Instant now = lambda_.clock.now();
  Parcel parcel;
  parcel.id = flight.request_id;
  parcel.destination = mapping.on_failure();
  parcel.use = DestinationUse::StreamFailure;
  parcel.name = mapping.function;
  parcel.role_arn = flight.role_arn;
  parcel.object_key = object_key(mapping.uuid + "/" + flight.name.first, now, flight.request_id);
  parcel.body = failure_record(mapping, flight.name.first, flight.batch.records, from, "RetryAttemptsExhausted",
                               invocations, &flight.outcome, flight.version, flight.request_id, now);
  TRY(add_event(parcel, flight.event));
  return post_parcel(lambda_, tx, parcel, now);
}

Result<> EventSources::record_landing(const Flight& flight) {
  const Mapping& mapping = flight.mapping;
  const Instant now = lambda_.clock.now();
  const Attempted attempted = read_outcome(flight.outcome, flight.batch, mapping.reports_item_failures());
  const bool done = attempted.kind == Attempted::Kind::Done;
  Following next;
  if (flight.batch.records.empty()) {  // the last call of a tumbling window
    next.lane = flight.lane;
    if (!done) {
      next.lane.retry_at = now + std::chrono::seconds(1LL << std::min(next.lane.attempts++, 6));
      const std::int64_t most = mapping.configuration.MaximumRetryAttempts.value_or(-1);
      if (most >= 0 && next.lane.attempts > most) next.lane.retry_at.reset();
    }
    if (!next.lane.retry_at || done) {
      next.lane.retry_at.reset();
      next.lane.attempts = 0;
      next.lane.window_start.reset();
      next.lane.window_state = nullptr;
    }
  } else {
    std::vector<std::string> sequences;
    for (const SourceRecord& record : flight.batch.records) sequences.push_back(record.sequence);
    next = follow(flight.lane, sequences, flight.batch.whole, attempted, mapping.failures(), now);
    if (done && flight.phase == WindowPhase::Open) {
      next.lane.window_start = flight.window_start;
      const auto answer = parse_json(flight.outcome.payload);
      if (const json::value* state = answer ? find(*answer, "state") : nullptr) next.lane.window_state = *state;
    }
  }
  const std::string result = done || next.given_up_from ? "OK" : std::string(kFunctionProblem);
  return lambda_.store.transact([&](Transaction& tx) -> Result<> {
    auto stored = TRY(get_mapping(tx, flight.key));
    if (!stored) return {};
    if (stored->configuration.LastProcessingResult != result) {
      stored->configuration.LastProcessingResult = result;
      TRY(put_mapping(tx, *stored));
    }
    if (next.given_up_from) TRY(post_failure(tx, flight, *next.given_up_from, flight.lane.attempts + 1));
    if (next.lane.retry_at) TRY(wake_at(tx, flight.key, flight.name, *next.lane.retry_at));
    return tx.put(lane_key(mapping, flight.name.first, flight.name.second), encode_lane(next.lane));
  });
}

}  // namespace orrery::lambda
