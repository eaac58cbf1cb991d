// Invoke: synchronous invocations park their connection, events are a row in the queue first.
#include "base/encode.h"
#include "services/lambda/invocation/async.h"
#include "services/lambda/invocation/lineage.h"
#include "services/lambda/invocation/operations.h"
#include "services/lambda/invocation/run.h"
#include "services/lambda/metrics.h"
#include "services/lambda/operations.h"

namespace orrery::lambda {
namespace {

InvocationResponse answer(const functions::Outcome& outcome, const std::string& version, bool tail) {
  InvocationResponse output;
  output.StatusCode = 200;
  output.ExecutedVersion = version;
  output.Payload = outcome.payload;
  if (!outcome.function_error.empty()) output.FunctionError = outcome.function_error;
  if (tail) output.LogResult = base64(outcome.log_tail);
  return output;
}

void invoke_now(Lambda& lambda, Call& call, const FunctionName& name, std::string payload, std::string context,
                bool tail, Completion<InvocationResponse> done) {
  auto prepared = prepare_call(lambda, call, name, std::move(payload), std::move(context));
  if (!prepared) return done(fail(std::move(prepared).error()));
  // While it runs, nothing that waits for the Orrery to settle goes on.
  lambda.environments->invoke(prepared->run.spec, std::move(prepared->invocation),
                              [&call, done = std::move(done), tail, version = prepared->run.version,
                               held = lambda.background.hold()](const functions::Outcome& outcome) {
                                if (auto refused = refusal(outcome)) {
                                  if (refused->status == 429) call.reply.headers.emplace_back("Retry-After", "1");
                                  return done(fail(*std::move(refused)));
                                }
                                done(answer(outcome, version, tail));
                              });
}

void enqueue_now(Lambda& lambda, const Call& call, const FunctionName& name, const std::string& payload,
                 Completion<InvocationResponse> done) {
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

}  // namespace

Result<std::string> decode_client_context(const std::optional<std::string>& text) {
  if (!text || text->empty()) return std::string();
  // "Up to 3,583 bytes of base64-encoded data about the invoking client" (API_Invoke.html)
  constexpr std::size_t kMostBytes = 3583;
  if (text->size() > kMostBytes) {
    return fail(errors::RequestTooLargeException("Client context of " + std::to_string(text->size()) +
                                                 " bytes is too large (service limit " + std::to_string(kMostBytes) +
                                                 " bytes of Base64)"));
  }
  auto decoded = unbase64(*text);
  if (decoded) {
    if (const auto document = parse_json(*decoded); document && document->is_object()) return *std::move(decoded);
  }
  return fail(errors::InvalidRequestContentException("Client context must be a valid Base64-encoded JSON object."));
}

Result<PreparedCall> prepare_call(Lambda& lambda, const Call& call, const FunctionName& name, std::string payload,
                                  std::string context) {
  PreparedCall out;
  out.run = TRY(prepare(lambda, *lambda.store.snapshot(), name));
  TraceStep step = step_into(call.trace_id, name.arn(), *call.random, call.now);
  if (step.loop() && out.run.stops_loops) {
    publish(lambda, name, "RecursiveInvocationsDropped");
    return fail(recursion_error());
  }
  out.invocation.request_id = call.request_id;
  out.invocation.payload = std::move(payload);
  out.invocation.invoked_function_arn = name.qualified_arn();
  out.invocation.client_context = std::move(context);
  out.invocation.trace_id = std::move(step.trace_id);
  return out;
}

Error recursion_error() {
  return errors::RecursiveInvocationException(
      "Lambda has detected your function being invoked in a recursive loop with other Amazon Web Services resources "
      "and stopped your function's invocation.");
}

void invoke(Lambda& lambda, Call& call, const InvocationRequest& input, Completion<InvocationResponse> done) {
  const auto named = named_function(call, input.FunctionName, input.Qualifier);
  if (!named) return done(fail(named.error()));
  const FunctionName& name = *named;
  const std::string type = input.InvocationType.value_or("RequestResponse");
  std::string payload = input.Payload.value_or("");
  if (payload.empty()) payload = "{}";
  if (const auto good = check_payload(payload, type, type == "Event" ? kEventMostBytes : kSyncMostBytes); !good) {
    return done(fail(good.error()));
  }
  auto context = decode_client_context(input.ClientContext);
  if (!context) return done(fail(std::move(context).error()));

  if (type == "RequestResponse") {
    return invoke_now(lambda, call, name, std::move(payload), *std::move(context), input.LogType == "Tail",
                      std::move(done));
  }
  if (type == "Event") return enqueue_now(lambda, call, name, payload, std::move(done));
  const auto found = resolve(*lambda.store.snapshot(), name);
  if (!found) return done(fail(found.error()));
  InvocationResponse output;
  output.StatusCode = 204;
  done(std::move(output));
}

// Services send events this way too, without HTTP: theirs may be as large as any event.
Result<InvokeAsyncResponse> invoke_async(Lambda& lambda, Call& call, Transaction& tx, const InvokeAsyncRequest& input) {
  const std::string payload = input.InvokeArgs.empty() ? "{}" : input.InvokeArgs;
  TRY(check_payload(payload, "Event", call.request_headers.empty() ? kEventMostBytes : kInvokeAsyncMostBytes));
  TRY(enqueue(lambda, tx, call, TRY(named_function(call, input.FunctionName)), payload));
  return InvokeAsyncResponse{202};
}

}  // namespace orrery::lambda
