// Invocations: synchronous ones park their connection, asynchronous ones are a row in the outbox first.
#include "base/encode.h"
#include "services/lambda/operations.h"
#include "services/record.h"

namespace orrery::lambda {
namespace {

constexpr std::string_view kInvokeMessage = "lambda.invoke";
constexpr std::size_t kSyncMostBytes = 6'291'456;
constexpr std::size_t kAsyncMostBytes = 262'144;
constexpr int kAsyncConcurrency = 64;
// docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
constexpr int kMostRetries = 2;
constexpr Millis kMostAge = std::chrono::hours(6);

Result<> check_payload(const std::string& payload, std::size_t most) {
  if (payload.size() > most) {
    return fail(
        errors::RequestTooLargeException(std::to_string(payload.size()) + " byte payload is too large for the " +
                                         (most == kAsyncMostBytes ? "Event" : "RequestResponse") +
                                         " invocation type (service limit " + std::to_string(most) + " bytes)"));
  }
  if (const auto parsed = parse_json(payload); !parsed) {
    return fail(
        errors::InvalidRequestContentException("Could not parse request body into json: " + parsed.error().message));
  }
  return {};
}

Result<std::string> client_context(const InvocationRequest& input) {
  if (!input.ClientContext || input.ClientContext->empty()) return std::string();
  auto decoded = unbase64(*input.ClientContext);
  if (!decoded || !parse_json(*decoded)) {
    return fail(errors::InvalidRequestContentException("Client context must be a valid Base64-encoded JSON object."));
  }
  return *std::move(decoded);
}

Result<> enqueue(Lambda& lambda, Transaction& tx, const Call& call, const FunctionName& name,
                 const std::string& payload) {
  TRY(resolve(tx, name));
  Message message;
  message.kind = kInvokeMessage;
  message.id = call.request_id;
  message.due = call.now;
  message.created = call.now;
  message.payload = json::serialize(json::object{{"arn", name.qualified_arn()}, {"payload", payload}});
  return lambda.background.post(tx, message);
}

InvocationResponse answer(const functions::Outcome& outcome, const std::string& version, bool tail) {
  InvocationResponse output;
  output.StatusCode = 200;
  output.ExecutedVersion = version;
  output.Payload = outcome.payload;
  if (!outcome.function_error.empty()) output.FunctionError = outcome.function_error;
  if (tail) output.LogResult = base64(outcome.log_tail);
  return output;
}

// What kept the function from running at all.
std::optional<Error> refusal(const functions::Outcome& outcome) {
  if (outcome.kind == functions::Outcome::Kind::Throttled) {
    Error error = errors::TooManyRequestsException("Rate Exceeded.");
    error.with("Reason", outcome.payload).with("Type", "User");
    return error;
  }
  if (outcome.kind == functions::Outcome::Kind::Internal) return errors::ServiceException(outcome.payload);
  return std::nullopt;
}

Result<std::shared_ptr<const functions::FunctionSpec>> runnable_now(Lambda& lambda, const FunctionName& name) {
  return runnable(lambda, TRY(resolve_to_run(*lambda.store.snapshot(), name, lambda.random)));
}

void invoke_now(Lambda& lambda, const Call& call, const FunctionName& name, std::string payload, std::string context,
                bool tail, Completion<InvocationResponse> done) {
  auto spec = runnable_now(lambda, name);
  if (!spec) return done(fail(std::move(spec).error()));
  functions::Invocation invocation;
  invocation.request_id = call.request_id;
  invocation.payload = std::move(payload);
  invocation.invoked_function_arn = name.qualified_arn();
  invocation.client_context = std::move(context);
  invocation.trace_id = call.header("x-amzn-trace-id").value_or("");
  // While it runs, nothing that waits for the Orrery to settle goes on.
  lambda.environments->invoke(*spec, std::move(invocation),
                              [done = std::move(done), tail, version = (*spec)->version,
                               held = lambda.background.hold()](const functions::Outcome& outcome) {
                                if (auto refused = refusal(outcome)) return done(fail(*std::move(refused)));
                                done(answer(outcome, version, tail));
                              });
}

// One attempt has ended: done, or again later. A failed function is tried twice more, after one and two minutes; what
// did not come to run (throttled, no environment) until the event is six hours old.
Delivered judge(const Message& message, const functions::Outcome& outcome, const std::string& function, Instant now) {
  Delivered delivered;
  delivered.ok = outcome.kind == functions::Outcome::Kind::Ok;
  delivered.summary = function + ": " +
                      (delivered.ok                     ? "ok"
                       : outcome.function_error.empty() ? "not run"
                                                        : "error") +
                      " in " + std::to_string(outcome.billed_ms) + " ms";
  if (delivered.ok) return delivered;
  const bool ran = !refusal(outcome).has_value();
  Millis wait = std::chrono::minutes(message.attempts + 1);
  if (!ran)
    wait = std::min<Millis>(std::chrono::seconds(1LL << std::min(message.attempts, 8)), std::chrono::minutes(5));
  const bool again = ran ? message.attempts < kMostRetries : true;
  if (again && now + wait - message.created <= kMostAge) delivered.retry_at = now + wait;
  return delivered;
}

void deliver(Lambda& lambda, const Message& message, std::function<void(Delivered)> done) {
  const auto document = parse_json(message.payload);
  const auto name = document ? parse_function_arn(find_string(*document, "arn").value_or("")) : std::nullopt;
  if (!name) return done({std::nullopt, {}, false, "unreadable invocation " + message.id});
  auto spec = runnable_now(lambda, *name);
  if (!spec) return done({std::nullopt, {}, false, name->name + ": " + spec.error().message});
  functions::Invocation invocation;
  invocation.request_id = message.id;
  invocation.payload = find_string(*document, "payload").value_or("null");
  invocation.invoked_function_arn = name->qualified_arn();
  lambda.environments->invoke(
      *spec, std::move(invocation),
      [&lambda, message, function = name->name, done = std::move(done)](const functions::Outcome& outcome) {
        done(judge(message, outcome, function, lambda.clock.now()));
      });
}

}  // namespace

void invoke(Lambda& lambda, Call& call, const InvocationRequest& input, Completion<InvocationResponse> done) {
  const FunctionName name = parse_function_name(call, input.FunctionName, input.Qualifier);
  const std::string type = input.InvocationType.value_or("RequestResponse");
  std::string payload = input.Payload.value_or("");
  if (payload.empty()) payload = "{}";
  if (const auto good = check_payload(payload, type == "Event" ? kAsyncMostBytes : kSyncMostBytes); !good) {
    return done(fail(good.error()));
  }
  auto context = client_context(input);
  if (!context) return done(fail(std::move(context).error()));

  if (type == "RequestResponse") {
    return invoke_now(lambda, call, name, std::move(payload), *std::move(context), input.LogType == "Tail",
                      std::move(done));
  }
  if (type == "DryRun") {
    const auto found = resolve(*lambda.store.snapshot(), name);
    if (!found) return done(fail(found.error()));
    InvocationResponse output;
    output.StatusCode = 204;
    return done(std::move(output));
  }
  Sequence committed = 0;
  const auto queued = lambda.store.transact(
      [&](Transaction& tx) -> Result<> { return enqueue(lambda, tx, call, name, payload); }, &committed);
  if (!queued) return done(fail(queued.error()));
  lambda.store.on_durable(committed, [done = std::move(done)](Result<> safe) {
    if (!safe) return done(fail(std::move(safe).error()));
    InvocationResponse output;
    output.StatusCode = 202;
    done(std::move(output));
  });
}

Result<InvokeAsyncResponse> invoke_async(Lambda& lambda, Call& call, Transaction& tx, const InvokeAsyncRequest& input) {
  const std::string payload = input.InvokeArgs.empty() ? "{}" : input.InvokeArgs;
  TRY(check_payload(payload, kAsyncMostBytes));
  TRY(enqueue(lambda, tx, call, parse_function_name(call, input.FunctionName), payload));
  return InvokeAsyncResponse{202};
}

void register_background(Lambda& lambda) {
  lambda.background.on_message(std::string(kInvokeMessage), kAsyncConcurrency,
                               [&lambda](const Message& message, std::function<void(Delivered)> done) {
                                 deliver(lambda, message, std::move(done));
                               });
}

}  // namespace orrery::lambda
