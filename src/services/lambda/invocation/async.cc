#include "services/lambda/invocation/async.h"

#include "base/log.h"
#include "base/plain_json.h"
#include "services/lambda/invocation/destinations.h"
#include "services/lambda/invocation/lineage.h"
#include "services/lambda/metrics.h"

#include <algorithm>

namespace orrery::lambda {
namespace {

// Each function has a queue of its own, "lambda.invoke/ACCOUNT:REGION:NAME": one that is slow makes nobody else wait.
constexpr std::string_view kInvokeMessage = "lambda.invoke";
constexpr int kMostUnderWay = 256;               // of one function, whatever its concurrency
constexpr std::size_t kErrorMessageMost = 1024;  // of a dead letter's attribute: "The first 1 KB of the error message"
constexpr std::size_t kKeptResponseMost = kEventMostBytes;

// One event whose turn it is.
struct Turn {
  Message message;
  QueuedEvent event;
  EventPolicy policy;
  std::string role_arn, dead_letter;
  std::string version;
  std::string trace_id;
};

std::string describe(const Turn& turn, std::string_view what) {
  return turn.event.name.name + ": " + std::string(what);
}

Parcel parcel_of(const Turn& turn, std::string_view what, const std::string& destination, DestinationUse use) {
  Parcel parcel;
  parcel.id = turn.message.id + "|" + std::string(what);
  parcel.destination = destination;
  parcel.use = use;
  parcel.name = turn.event.name;
  parcel.role_arn = turn.role_arn;
  parcel.trace_id = turn.trace_id;
  return parcel;
}

Parcel dead_letter(const Turn& turn) {
  Parcel parcel = parcel_of(turn, "dead-letter", turn.dead_letter, DestinationUse::DeadLetter);
  parcel.body = turn.event.payload;
  std::string message = "The event was not processed";
  if (const json::value* last = find(turn.event.last, "payload")) {
    message = find_string(*last, "errorMessage").value_or(message);
  }
  parcel.attributes = {{"RequestID", turn.message.id},
                       {"ErrorCode", turn.event.last.is_null() ? "429" : "200"},
                       {"ErrorMessage", message.substr(0, kErrorMessageMost)}};
  return parcel;
}

// Files what destinations get of an event that has come to its end. Called on the pool's thread: a short transaction.
Result<> post_results(Lambda& lambda, const Turn& turn, const std::string& condition) {
  const bool success = condition == "Success";
  const std::string& destination = success ? turn.policy.on_success : turn.policy.on_failure;
  const bool letter = !success && !turn.dead_letter.empty();
  if (destination.empty() && !letter) return {};
  const Instant now = lambda.clock.now();
  return lambda.store.transact([&](Transaction& tx) -> Result<> {
    if (!destination.empty()) {
      Parcel parcel =
          parcel_of(turn, "result", destination, success ? DestinationUse::Success : DestinationUse::Failure);
      parcel.body = invocation_record(turn.event, turn.message.id, condition, now);
      parcel.object_key = object_key("async/" + turn.event.name.name, now, turn.message.id);
      TRY(post_parcel(lambda, tx, parcel, now));
    }
    if (letter) TRY(post_parcel(lambda, tx, dead_letter(turn), now));
    return {};
  });
}

Delivered conclude(Lambda& lambda, const Turn& turn, const std::string& condition, std::string summary) {
  Delivered delivered;
  delivered.ok = condition == "Success";
  delivered.summary = std::move(summary);
  if (!delivered.ok) {
    delivered.summary += ", " + condition;
    const bool kept = !turn.policy.on_failure.empty() || !turn.dead_letter.empty();
    if (!kept)
      log::warning("an event is dropped",
                   {{"function", turn.event.name.name}, {"id", turn.message.id}, {"why", condition}});
  }
  const auto posted = post_results(lambda, turn, condition);
  if (posted) {
    if (!delivered.ok) publish(lambda, turn.event.name, "AsyncEventsDropped");
    return delivered;
  }
  // The machine failed us: the same again later, rather than a result that nobody hears of.
  delivered.retry_at = lambda.clock.now() + std::chrono::seconds(10);
  return delivered;
}

json::value kept_response(const functions::Outcome& outcome) {
  if (outcome.payload.size() > kKeptResponseMost) return nullptr;
  auto document = parse_json(outcome.payload);
  return document ? *std::move(document) : json::value(nullptr);
}

std::string in_words(const functions::Outcome& outcome) {
  const bool ran = !refusal(outcome).has_value();
  return std::string(outcome.kind == functions::Outcome::Kind::Ok ? "ok"
                     : ran                                        ? "error"
                                                                  : "not run") +
         " in " + std::to_string(outcome.billed_ms) + " ms";
}

Delivered end_attempt(Lambda& lambda, Turn turn, const functions::Outcome& outcome) {
  Attempt attempt = Attempt::Succeeded;
  if (refusal(outcome)) {
    attempt = Attempt::NotRun;
  } else {
    if (outcome.kind != functions::Outcome::Kind::Ok) attempt = Attempt::Failed;
    ++turn.event.runs;
    turn.event.last =
        json::object{{"version", turn.version}, {"error", outcome.function_error}, {"payload", kept_response(outcome)}};
  }
  const Verdict verdict =
      judge(attempt, turn.event.runs, turn.message.attempts, turn.message.created, lambda.clock.now(), turn.policy);
  if (!verdict.retry_at) return conclude(lambda, turn, verdict.condition, describe(turn, in_words(outcome)));
  Delivered delivered;
  delivered.ok = false;
  delivered.summary = describe(turn, in_words(outcome));
  delivered.retry_at = verdict.retry_at;
  if (attempt != Attempt::NotRun) delivered.payload = encode_event(turn.event);
  return delivered;
}

// What can be said before the function is asked to run.
std::optional<std::string> hopeless(const Turn& turn, const Runnable& run, const TraceStep& step, Instant now) {
  if (now - turn.message.created >= turn.policy.most_age) return "EventAgeExceeded";
  if (step.loop() && run.stops_loops) return "RecursiveInvocation";
  // "Lambda begins sending new events to the configured dead-letter queue or the on-failure event destination, without
  // any retries." (invocation-async-retain-records.html)
  if (run.spec->reserved_concurrency == 0) return "ZeroReservedConcurrency";
  return std::nullopt;
}

// Nothing runs: the function is gone, or its code cannot be had.
Delivered not_prepared(Lambda& lambda, const Turn& turn, const Error& error) {
  Delivered delivered;
  delivered.ok = false;
  delivered.summary = describe(turn, error.message);
  const bool gone = error.code == "ResourceNotFoundException";
  if (!gone) {
    delivered.retry_at =
        judge(Attempt::NotRun, 0, turn.message.attempts, turn.message.created, lambda.clock.now(), {}).retry_at;
  }
  if (!delivered.retry_at) {
    publish(lambda, turn.event.name, "AsyncEventsDropped");
    log::warning("an event is dropped",
                 {{"function", turn.event.name.name}, {"id", turn.message.id}, {"why", error.message}});
  }
  return delivered;
}

void deliver(Lambda& lambda, const Message& message, std::function<void(Delivered)> done) {
  auto event = decode_event(message.payload);
  if (!event) return done({std::nullopt, {}, false, "unreadable event " + message.id});
  Turn turn;
  turn.message = message;
  turn.message.payload.clear();
  turn.event = *std::move(event);
  const auto reader = lambda.store.snapshot();
  auto run = prepare(lambda, *reader, turn.event.name);
  if (!run) return done(not_prepared(lambda, turn, run.error()));
  auto policy = event_policy(*reader, turn.event.name);
  if (!policy) return done(not_prepared(lambda, turn, policy.error()));
  turn.policy = *std::move(policy);
  turn.role_arn = run->role_arn;
  turn.dead_letter = run->dead_letter;
  turn.version = run->version;
  TraceStep step = step_into(turn.event.trace_id, turn.event.name.arn(), lambda.random, lambda.clock.now());
  turn.trace_id = step.trace_id;
  if (const auto why = hopeless(turn, *run, step, lambda.clock.now())) {
    if (*why == "RecursiveInvocation") publish(lambda, turn.event.name, "RecursiveInvocationsDropped");
    return done(conclude(lambda, turn, *why, describe(turn, "not run")));
  }
  functions::Invocation invocation;
  invocation.request_id = message.id;
  invocation.payload = turn.event.payload;
  invocation.invoked_function_arn = turn.event.name.qualified_arn();
  invocation.trace_id = std::move(step.trace_id);
  const Instant now = lambda.clock.now();
  publish(lambda, turn.event.name, "AsyncEventAge", static_cast<double>(epoch_ms(now) - epoch_ms(turn.message.created)),
          kMilliseconds);
  lambda.environments->invoke(run->spec, std::move(invocation),
                              [&lambda, turn = std::move(turn), done = std::move(done)](
                                  const functions::Outcome& outcome) { done(end_attempt(lambda, turn, outcome)); });
}

// As many as may run: what is reserved for the function. Those beyond would be throttled, and put off.
int concurrency_of(Lambda& lambda, std::string_view group) {
  const auto region = group.find(':') + 1;
  const auto name = group.find(':', region) + 1;
  const FunctionName function{std::string(group.substr(0, region - 1)),
                              std::string(group.substr(region, name - 1 - region)),
                              std::string(group.substr(name)),
                              {}};
  const auto record = get_function(*lambda.store.snapshot(), function);
  if (!record || !*record) return kMostUnderWay;
  return static_cast<int>(
      std::min<std::int64_t>((*record)->settings.reserved_concurrency.value_or(kMostUnderWay), kMostUnderWay));
}

}  // namespace

std::string encode_event(const QueuedEvent& event) {
  json::object document{
      {"arn", event.name.qualified_arn()}, {"payload", event.payload}, {"trace", event.trace_id}, {"runs", event.runs}};
  if (!event.last.is_null()) document["last"] = event.last;
  return json::serialize(document);
}

std::optional<QueuedEvent> decode_event(const std::string& text) {
  const auto document = parse_json(text);
  if (!document) return std::nullopt;
  auto name = parse_function_arn(find_string(*document, "arn").value_or(""));
  if (!name) return std::nullopt;
  QueuedEvent event;
  event.name = *std::move(name);
  event.payload = find_string(*document, "payload").value_or("null");
  event.trace_id = find_string(*document, "trace").value_or("");
  event.runs = static_cast<int>(find_int(*document, "runs").value_or(0));
  if (const json::value* last = find(*document, "last")) event.last = *last;
  return event;
}

// A failed function is tried again after one minute, and after two more; what did not come to run after one second,
// two, four, … at most five minutes, for as long as the event may wait.
Verdict judge(Attempt attempt, int runs, int attempts, Instant created, Instant now, const EventPolicy& policy) {
  if (attempt == Attempt::Succeeded) return {std::nullopt, "Success"};
  if (attempt == Attempt::Failed && runs > policy.retries) return {std::nullopt, "RetriesExhausted"};
  const Instant end = created + policy.most_age;
  if (now >= end) return {std::nullopt, "EventAgeExceeded"};
  Millis wait = std::chrono::minutes(std::max(1, runs));
  if (attempt == Attempt::NotRun) {
    wait = std::min<Millis>(std::chrono::seconds(1LL << std::min(attempts, 9)), std::chrono::minutes(5));
  }
  return {std::min(now + wait, end), {}};
}

// docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html, "Invocation record"
std::string invocation_record(const QueuedEvent& event, const std::string& request_id, const std::string& condition,
                              Instant now) {
  const auto request = parse_json(event.payload);
  const FunctionName& name = event.name;
  json::object record{
      {"version", "1.0"},
      {"timestamp", iso8601_millis(now)},
      {"requestContext",
       json::object{{"requestId", request_id},
                    {"functionArn",
                     name.with(name.qualifier.empty() ? kLatest : std::string_view(name.qualifier)).qualified_arn()},
                    {"condition", condition},
                    {"approximateInvokeCount", event.runs}}},
      {"requestPayload", request ? *request : json::value(nullptr)}};
  if (event.last.is_null()) return plain_json(record);
  json::object response{{"statusCode", 200}, {"executedVersion", find_string(event.last, "version").value_or("")}};
  const std::string error(find_string(event.last, "error").value_or(""));
  if (!error.empty()) response["functionError"] = error;
  record["responseContext"] = std::move(response);
  const json::value* payload = find(event.last, "payload");
  record["responsePayload"] = payload == nullptr ? json::value(nullptr) : *payload;
  return plain_json(record);
}

Result<> enqueue(Lambda& lambda, Transaction& tx, const Call& call, const FunctionName& name,
                 const std::string& payload) {
  TRY(resolve(tx, name));
  QueuedEvent event;
  event.name = name;
  event.payload = payload;
  event.trace_id = call.trace_id;
  Message message;
  message.kind = std::string(kInvokeMessage) + "/" + functions::function_id(name.account, name.region, name.name);
  message.id = call.request_id;
  message.due = call.now;
  message.created = call.now;
  message.payload = encode_event(event);
  publish_with(tx, lambda, name, "AsyncEventsReceived");
  return lambda.background.post(tx, message);
}

void register_queue(Lambda& lambda) {
  const auto handler = [&lambda](const Message& message, std::function<void(Delivered)> done) {
    deliver(lambda, message, std::move(done));
  };
  lambda.background.on_messages(
      std::string(kInvokeMessage), [&lambda](std::string_view group) { return concurrency_of(lambda, group); },
      handler);
  // What an earlier version has left in one queue for all.
  lambda.background.on_message(std::string(kInvokeMessage), kMostUnderWay, handler);
}

}  // namespace orrery::lambda
