#include "services/lambda/urls/serve.h"

#include "services/lambda/invocation/lineage.h"
#include "services/lambda/invocation/pipe.h"
#include "services/lambda/invocation/run.h"

namespace orrery::lambda {
namespace {

// Behind the document that a streamed HTTP response begins with.
constexpr std::string_view kHeadEnd("\0\0\0\0\0\0\0\0", 8);
constexpr std::string_view kHttpIntegration = "application/vnd.awslambda.http-integration-response";
constexpr std::size_t kHeadMost = std::size_t{64} * 1024;

UrlReply failure(const functions::Outcome& outcome) {
  if (outcome.kind == functions::Outcome::Kind::Throttled) return url_refusal(429, "Rate Exceeded.");
  return {502, {{"Content-Type", "application/json"}}, "Internal Server Error"};
}

// docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html
class HttpReply final : public functions::ResponseStream {
 public:
  HttpReply(HeaderPairs added, std::function<void(ServedUrl)> done)
      : added_(std::move(added)), done_(std::move(done)) {}

  void begin(std::string_view content_type) override {
    if (content_type == kHttpIntegration) {
      awaits_head_ = true;
      return;
    }
    const bool named = !content_type.empty();
    answer({200, {{"Content-Type", named ? std::string(content_type) : "application/octet-stream"}}, {}});
  }

  void chunk(std::string bytes) override {
    if (!awaits_head_) return pipe_->push(std::move(bytes));
    head_ += bytes;
    const auto end = head_.find(kHeadEnd);
    if (end == std::string::npos && head_.size() <= kHeadMost) return;
    awaits_head_ = false;
    auto reply = end == std::string::npos ? std::nullopt : stream_head(std::string_view(head_).substr(0, end));
    if (!reply) {
      broken_ = true;
      return answer({502, {{"Content-Type", "application/json"}}, "Internal Server Error"});
    }
    answer(*std::move(reply));
    pipe_->push(head_.substr(end + kHeadEnd.size()));
  }

  std::size_t backlog() const override { return pipe_->backlog(); }

  void complete(const functions::Outcome& outcome) {
    if (awaits_head_) {  // no body came behind it
      auto reply = stream_head(head_);
      answer(reply ? *std::move(reply) : failure(outcome));
    }
    if (done_) answer(outcome.kind == functions::Outcome::Kind::Ok ? UrlReply() : failure(outcome));
    pipe_->end();
  }

 private:
  void answer(UrlReply reply) {
    if (!done_) return;
    awaits_head_ = false;
    ServedUrl served;
    served.reply = std::move(reply);
    served.reply.headers.insert(served.reply.headers.end(), added_.begin(), added_.end());
    if (served.reply.body.empty() && !broken_) served.stream = std::make_unique<PipeBody>(pipe_);
    std::exchange(done_, nullptr)(std::move(served));
  }

  HeaderPairs added_;
  std::function<void(ServedUrl)> done_;
  std::shared_ptr<Pipe> pipe_ = std::make_shared<Pipe>();
  std::string head_;
  bool awaits_head_ = false;
  bool broken_ = false;
};

ServedUrl buffered(const functions::Outcome& outcome, const HeaderPairs& added) {
  ServedUrl served;
  std::optional<UrlReply> reply;
  if (outcome.kind == functions::Outcome::Kind::Ok) reply = url_reply(outcome.payload);
  served.reply = reply ? *std::move(reply) : failure(outcome);
  served.reply.headers.insert(served.reply.headers.end(), added.begin(), added.end());
  return served;
}

}  // namespace

UrlReply url_refusal(int status, std::string_view message) {
  return {status, {{"Content-Type", "application/json"}}, json::serialize(json::object{{"Message", message}})};
}

void serve_url(Lambda& lambda, const FunctionUrl& url, UrlRequest request, std::function<void(ServedUrl)> done) {
  const auto run = prepare(lambda, *lambda.store.snapshot(), url.name);
  if (!run) return done({url_refusal(run.error().status >= 500 ? 502 : run.error().status, run.error().message), {}});
  TraceStep step = step_into(request.trace_id, url.name.arn(), lambda.random, request.now);
  if (step.loop() && run->stops_loops) return done({url_refusal(400, "RecursiveInvocationException"), {}});
  request.trace_id = step.trace_id;
  functions::Invocation invocation;
  invocation.request_id = request.request_id;
  invocation.payload = url_event(url, request);
  invocation.invoked_function_arn = url.name.qualified_arn();
  invocation.trace_id = std::move(step.trace_id);
  HeaderPairs added = cors_headers(url, request);
  auto held = lambda.background.hold();
  if (url.invoke_mode == "RESPONSE_STREAM") {
    const auto reply = std::make_shared<HttpReply>(std::move(added), std::move(done));
    invocation.stream = reply;
    return lambda.environments->invoke(
        run->spec, std::move(invocation),
        [reply, held = std::move(held)](const functions::Outcome& outcome) { reply->complete(outcome); });
  }
  lambda.environments->invoke(run->spec, std::move(invocation),
                              [added = std::move(added), done = std::move(done), held = std::move(held)](
                                  const functions::Outcome& outcome) { done(buffered(outcome, added)); });
}

}  // namespace orrery::lambda
