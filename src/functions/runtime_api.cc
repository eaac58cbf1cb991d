// The Runtime API, version 2018-06-01 (docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html).
#include "base/encode.h"
#include "functions/environment.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace orrery::functions {
namespace {

constexpr std::string_view kExtensionPrefix = "/2020-01-01/extension/";
constexpr std::string_view kPrefix = "/2018-06-01/runtime/";
// docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: 6 MB for synchronous responses, plus 100 bytes of
// slack.
constexpr std::size_t kMaxResponseBytes = 6 * 1024 * 1024 + 100;
constexpr std::size_t kMaxInitErrorBytes = std::size_t{256} * 1024;
// docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html
constexpr std::size_t kMaxStreamBytes = std::size_t{200} * 1024 * 1024;
constexpr std::size_t kMaxBacklogBytes = std::size_t{1024} * 1024;

http::Response answer(int status, std::string_view error_type = {}, std::string_view message = {}) {
  if (error_type.empty()) return http::Response::text(status, "{\"status\":\"OK\"}\n", kJson);
  return http::Response::text(status, error_document(error_type, message), kJson);
}

std::string exceeded(std::size_t most_bytes) {
  return "Exceeded maximum allowed payload size (" + std::to_string(most_bytes) + " bytes).";
}

constexpr std::string_view kErrorType = "Lambda-Runtime-Function-Error-Type";

// How a runtime says that a response failed after it had begun: trailer fields, the document in base64.
std::string trailing_error(const http::Request& request) {
  const auto document = unbase64(request.body.trailer("Lambda-Runtime-Function-Error-Body"));
  if (document && !document->empty()) return *document;
  return error_document(request.body.trailer(kErrorType), "");
}

}  // namespace

http::Handler RuntimeApi::handler(const std::shared_ptr<Environment>& environment) {
  return [weak = std::weak_ptr(environment)](http::Request& request) { return serve(weak.lock(), request); };
}

http::awaitable<http::Response> RuntimeApi::serve(std::shared_ptr<Environment> environment, http::Request& request) {
  std::string_view path = request.path;
  if (environment == nullptr) co_return answer(404, "NotFound", "No such resource");
  if (!environment->is_own_peer(request)) co_return answer(403, "Forbidden", "This is another sandbox's Runtime API");
  if (path.starts_with(kExtensionPrefix)) {
    co_return co_await ExtensionsApi::serve(*environment, request, path.substr(kExtensionPrefix.size()));
  }
  if (path == "/2022-07-01/telemetry" || path == "/2022-07-01/telemetry/") {
    co_return co_await ExtensionsApi::subscribe(*environment, request, TelemetryApi::Telemetry);
  }
  if (path == "/2020-08-15/logs" || path == "/2020-08-15/logs/") {
    co_return co_await ExtensionsApi::subscribe(*environment, request, TelemetryApi::Logs);
  }
  if (!path.starts_with(kPrefix)) co_return answer(404, "NotFound", "No such resource");
  path.remove_prefix(kPrefix.size());
  if (path == "invocation/next" && request.method == "GET") co_return co_await next(*environment);
  if (path == "init/error" && request.method == "POST") co_return co_await init_error(*environment, request);
  constexpr std::string_view kInvocation = "invocation/";
  if (path.starts_with(kInvocation) && request.method == "POST") {
    co_return co_await respond(*environment, request, path.substr(kInvocation.size()));
  }
  co_return answer(404, "NotFound", "No such resource");
}

http::awaitable<http::Response> RuntimeApi::next(Environment& environment) {
  if (environment.state_ == Environment::State::Busy && !environment.undelivered_) {
    // The runtime asks again (a client that gave up waiting, a restart within the sandbox): it gets the same one.
    environment.undelivered_ = true;
  }
  const std::uint64_t poll = ++environment.poll_;
  environment.next_requested();
  while (true) {
    if (environment.state_ >= Environment::State::Ending || environment.poll_ != poll) {
      co_return answer(503, "Unavailable", "This environment is ending");
    }
    if (environment.has_undelivered()) break;
    boost::system::error_code woken;
    co_await environment.wake_.async_wait(
        boost::asio::redirect_error(boost::asio::use_awaitable_t<http::Executor>(), woken));
  }
  environment.undelivered_ = false;
  const Invocation& invocation = environment.work_->invocation;
  http::Response response;
  response.headers.add("Content-Type", kJson);
  response.headers.add("Lambda-Runtime-Aws-Request-Id", invocation.request_id);
  response.headers.add("Lambda-Runtime-Deadline-Ms", environment.deadline_epoch_ms_);
  response.headers.add("Lambda-Runtime-Invoked-Function-Arn", invocation.invoked_function_arn);
  const std::pair<std::string_view, std::string_view> optional[] = {
      {"Lambda-Runtime-Trace-Id", invocation.trace_id},
      {"Lambda-Runtime-Client-Context", invocation.client_context},
      {"Lambda-Runtime-Cognito-Identity", invocation.cognito_identity},
  };
  for (const auto& [name, value] : optional) {
    if (!value.empty()) response.headers.add(name, value);
  }
  response.body = invocation.payload;
  co_return response;
}

http::awaitable<http::Response> RuntimeApi::respond(Environment& environment, http::Request& request,
                                                    std::string_view rest) {
  const auto slash = rest.find('/');
  const std::string_view id = rest.substr(0, slash);
  const std::string_view what = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
  if (what != "response" && what != "error") co_return answer(404, "NotFound", "No such resource");
  if (!environment.is_current(id)) co_return answer(400, "InvalidRequestID", "Invalid request ID");
  // A streaming function may be invoked as any other: then its response is collected.
  const auto stream = environment.work_->invocation.stream;
  const auto mode = request.headers.find("Lambda-Runtime-Function-Response-Mode");
  if (what == "response" && stream != nullptr && mode && *mode == "streaming") {
    co_return co_await respond_streaming(environment, request, std::string(id), *stream);
  }
  // One at a time, as what is being read lies in our memory: whoever comes second waits for the first to give up.
  while (environment.answering_ && environment.is_current(id)) {
    boost::system::error_code woken;
    co_await environment.wake_.async_wait(
        boost::asio::redirect_error(boost::asio::use_awaitable_t<http::Executor>(), woken));
  }
  if (!environment.is_current(id)) co_return answer(400, "InvalidRequestID", "Invalid request ID");
  environment.answering_ = true;
  const auto body = co_await request.body.read_all(kMaxResponseBytes);
  environment.answering_ = false;
  environment.wake_.cancel();
  if (!environment.is_current(id))
    co_return answer(400, "InvalidRequestID", "Invalid request ID");  // timed out meanwhile
  if (!body && body.error().code == "EntityTooLarge") {
    environment.response_too_large(kMaxResponseBytes);
    co_return answer(413, "RequestEntityTooLarge", exceeded(kMaxResponseBytes));
  }
  if (!body) co_return answer(400, "InvalidRequest", body.error().message);
  const std::string failed(request.body.trailer(kErrorType));
  if (what == "response" && failed.empty()) {
    if (stream != nullptr) {
      stream->begin(request.headers.get("Content-Type"));
      stream->chunk(std::string(*body));
      environment.succeeded("");
    } else {
      environment.succeeded(std::string(*body));
    }
  } else if (what == "response") {
    environment.invocation_failed(trailing_error(request));
  } else {
    environment.invocation_failed(std::string(*body));
  }
  co_return answer(202);
}

// docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html, "Implementing response streaming in a custom runtime".
http::awaitable<http::Response> RuntimeApi::respond_streaming(Environment& environment, http::Request& request,
                                                              std::string id, ResponseStream& stream) {
  if (std::exchange(environment.streaming_, true)) co_return answer(400, "InvalidRequestID", "Invalid request ID");
  stream.begin(request.headers.get("Content-Type"));
  boost::asio::steady_timer pause(environment.setting_.server.context(0));
  for (std::size_t total = 0;;) {
    const auto piece = co_await request.body.read();
    if (!environment.is_current(id)) co_return answer(400, "InvalidRequestID", "Invalid request ID");
    if (!piece) {
      environment.invocation_failed(error_document("Runtime.TruncatedResponse", "The response ended in the middle."));
      co_return answer(400, "InvalidRequest", piece.error().message);
    }
    if (piece->empty()) break;
    total += piece->size();
    if (total > kMaxStreamBytes) {
      environment.response_too_large(kMaxStreamBytes);
      co_return answer(413, "RequestEntityTooLarge", exceeded(kMaxStreamBytes));
    }
    stream.chunk(std::string(*piece));
    while (stream.backlog() > kMaxBacklogBytes && environment.is_current(id)) {
      pause.expires_after(std::chrono::milliseconds(2));
      boost::system::error_code over;
      co_await pause.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable_t<http::Executor>(), over));
    }
  }
  if (!request.body.trailer(kErrorType).empty()) {
    environment.invocation_failed(trailing_error(request));
  } else {
    environment.succeeded("");
  }
  co_return answer(202);
}

http::awaitable<http::Response> RuntimeApi::init_error(Environment& environment, http::Request& request) {
  if (environment.state_ != Environment::State::Starting) {
    co_return answer(403, "InvalidStateTransition", "The initialisation is over");
  }
  const auto body = co_await request.body.read_all(kMaxInitErrorBytes);
  const std::string type(request.headers.get("Lambda-Runtime-Function-Error-Type"));
  if (environment.state_ == Environment::State::Starting) environment.init_failed(body ? std::string(*body) : "", type);
  co_return answer(202);
}

}  // namespace orrery::functions
