// InvokeWithResponseStream: the response leaves while the function makes it
// (docs.aws.amazon.com/lambda/latest/api/API_InvokeWithResponseStream.html).
#include "base/encode.h"
#include "services/lambda/invocation/operations.h"
#include "services/lambda/invocation/pipe.h"
#include "wire/event_stream.h"

#include <algorithm>

namespace orrery::lambda {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{1024} * 1024;

class EventReply final : public functions::ResponseStream {
 public:
  EventReply(Call& call, std::string version, Completion<InvokeWithResponseStreamResponse> done)
      : call_(&call), version_(std::move(version)), done_(std::move(done)) {}

  void begin(std::string_view /*content_type*/) override { begin(); }
  void chunk(std::string bytes) override {
    for (std::string_view rest = bytes; !rest.empty(); rest.remove_prefix(std::min(kChunkBytes, rest.size()))) {
      pipe_->push(wire::event_message("PayloadChunk", "application/octet-stream", rest.substr(0, kChunkBytes)));
    }
  }
  std::size_t backlog() const override { return pipe_->backlog(); }

  void complete(const functions::Outcome& outcome, bool tail) {
    if (auto refused = refusal(outcome); refused && done_) {
      if (refused->status == 429) call_->reply.headers.emplace_back("Retry-After", "1");
      return std::exchange(done_, nullptr)(fail(*std::move(refused)));
    }
    begin();
    json::object last;
    if (outcome.kind != functions::Outcome::Kind::Ok) {
      const auto document = parse_json(outcome.payload);
      last["ErrorCode"] = document ? find_string(*document, "errorType").value_or("Unhandled") : "Unhandled";
      last["ErrorDetails"] = outcome.payload;
    }
    if (tail) last["LogResult"] = base64(outcome.log_tail);
    pipe_->push(wire::event_message("InvokeComplete", "application/json", json::serialize(last)));
    pipe_->end();
  }

 private:
  // The call is the gateway's again as soon as it is answered.
  void begin() {
    if (!done_) return;
    std::exchange(call_, nullptr)->reply.body = std::make_unique<PipeBody>(pipe_);
    InvokeWithResponseStreamResponse output;
    output.StatusCode = 200;
    output.ExecutedVersion = version_;
    output.ResponseStreamContentType = "application/vnd.amazon.eventstream";
    std::exchange(done_, nullptr)(std::move(output));
  }

  Call* call_;
  std::string version_;
  Completion<InvokeWithResponseStreamResponse> done_;
  std::shared_ptr<Pipe> pipe_ = std::make_shared<Pipe>();
};

}  // namespace

void invoke_with_response_stream(Lambda& lambda, Call& call, const InvokeWithResponseStreamRequest& input,
                                 Completion<InvokeWithResponseStreamResponse> done) {
  const auto named = named_function(call, input.FunctionName, input.Qualifier);
  if (!named) return done(fail(named.error()));
  const FunctionName& name = *named;
  const bool dry = input.InvocationType == "DryRun";
  std::string payload = input.Payload.value_or("");
  if (payload.empty()) payload = "{}";
  if (const auto good = check_payload(payload, "RequestResponse", kSyncMostBytes); !good) {
    return done(fail(good.error()));
  }
  auto context = decode_client_context(input.ClientContext);
  if (!context) return done(fail(std::move(context).error()));
  auto prepared = prepare_call(lambda, call, name, std::move(payload), *std::move(context));
  if (!prepared) return done(fail(std::move(prepared).error()));
  if (dry) {
    InvokeWithResponseStreamResponse output;
    output.StatusCode = 204;
    return done(std::move(output));
  }
  const auto reply = std::make_shared<EventReply>(call, prepared->run.version, std::move(done));
  prepared->invocation.stream = reply;
  lambda.environments->invoke(prepared->run.spec, std::move(prepared->invocation),
                              [reply, tail = input.LogType == "Tail", held = lambda.background.hold()](
                                  const functions::Outcome& outcome) { reply->complete(outcome, tail); });
}

}  // namespace orrery::lambda
