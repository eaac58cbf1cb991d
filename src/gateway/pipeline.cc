#include "gateway/pipeline.h"

#include "base/log.h"
#include "gateway/lazy_reader.h"
#include "gateway/outgoing.h"
#include "gateway/parked.h"
#include "gateway/receive.h"
#include "services/departure.h"

namespace orrery::gateway {
namespace {

// Largest body of an operation that does not stream. Lambda: 50 MB of zip in base64, and some JSON around it.
constexpr std::size_t kBodyLimit = std::size_t{16} * 1024 * 1024;
constexpr std::size_t kLambdaBodyLimit = std::size_t{70} * 1024 * 1024;

http::Response to_response(wire::ReplyParts parts) {
  http::Response response;
  response.status = parts.status;
  for (const auto& [name, value] : parts.headers) response.headers.add(name, value);
  response.body = std::move(parts.body);
  return response;
}

// S3 and the query protocol say AccessDenied (SNS alone AuthorizationError), the JSON services AccessDeniedException
// with 400.
Error in_service_words(const wire::ServiceModel& model, const Error& error) {
  const wire::ErrorStyle style = error_style(model);
  if (error.code == "InvalidClientTokenId" && style != wire::ErrorStyle::Query) {
    return wire::invalid_session_token(style, {});
  }
  Error out = error;
  if (error.code == "AccessDenied" && error.kind == Error::Kind::Api) {
    if (style == wire::ErrorStyle::Json) out.status = 400;
    if (style == wire::ErrorStyle::Json || style == wire::ErrorStyle::RestJson) out.code = "AccessDeniedException";
    if (model.id == "sns") out.code = "AuthorizationError";
  }
  return out;
}

}  // namespace

Pipeline::Pipeline(Parts parts)
    : parts_(parts),
      router_(parts.services),
      authenticator_(parts.identity, parts.clock),
      authorizer_(parts.services, parts.identity, parts.iam_mode) {}

http::awaitable<http::Response> Pipeline::handle(http::Request& request) {
  Exchange exchange(request);
  exchange.request_id = parts_.random.uuid();
  const auto started = parts_.clock.monotonic_us();
  auto served = co_await serve(exchange);
  if (!served) served.error() = in_service_words(*exchange.service->model, served.error());
  const Error* error = served ? nullptr : &served.error();
  http::Response response = served ? *std::move(served) : refuse(exchange, *error);
  tell(exchange, error, response.status, parts_.clock.monotonic_us() - started);
  if (log::enabled(log::Level::Debug)) {
    log::debug("request", {{"id", exchange.request_id},
                           {"operation", exchange.model != nullptr ? std::string(exchange.model->name) : std::string()},
                           {"status", std::to_string(response.status)},
                           {"us", std::to_string(parts_.clock.monotonic_us() - started)}});
  }
  co_return response;
}

http::awaitable<Result<http::Response>> Pipeline::serve(Exchange& exchange) {
  LazyReader reader(parts_.store);
  // 1. route. What is unknown is said only to those who are known.
  const Result<> routed = router_.route(exchange);
  // 2. authenticate
  const std::string_view signed_for = routed ? exchange.service->model->signing_name : std::string_view();
  CO_TRY(authenticator_.identify(exchange, reader, signed_for));
  const bool streams = routed && exchange.operation != nullptr && exchange.operation->kind == OperationKind::Receiving;
  if (streams) {
    CO_TRY(authenticator_.verify(exchange, nullptr));
  } else {
    auto taken = co_await take_whole_body(exchange);
    CO_TRY(std::move(taken));
  }
  if (!routed) co_return fail(routed.error());
  if (exchange.model == nullptr) CO_TRY(router_.route_action(exchange));
  CO_TRY(Authenticator::admit_unsigned(exchange));
  // 3. parse
  fill_call(exchange);
  CO_TRY(parse(exchange));
  // 4. authorize
  CO_TRY(authorizer_.check_all(reader, exchange.call, *exchange.operation, exchange.input.get()));
  // 5. run
  Result<ErasedValue> output;
  if (streams) {
    output = co_await receive(exchange);
  } else {
    output = co_await run(exchange);
  }
  if (!output) co_return fail(std::move(output).error());
  exchange.output = *std::move(output);
  // 6. serialize
  co_return respond(exchange, exchange.output);
}

http::awaitable<Result<>> Pipeline::take_whole_body(Exchange& exchange) {
  const bool lambda = exchange.service->model->protocol == wire::Protocol::RestJson;
  auto read = co_await read_body(exchange, lambda ? kLambdaBodyLimit : kBodyLimit);
  CO_TRY(std::move(read));
  const std::string_view body = exchange.body;
  CO_TRY(authenticator_.verify(exchange, &body));
  if (wire::is_aws_chunked(exchange.auth.payload)) CO_TRY(decode_chunked_body(exchange));
  CO_TRY(decompress_body(exchange, kBodyLimit));
  co_return Result<>();
}

void Pipeline::fill_call(Exchange& exchange) {
  static const auth::Principal nobody;
  Call& call = exchange.call;
  call.principal = exchange.credential != nullptr ? exchange.credential->principal.get() : &nobody;
  call.credential = exchange.credential.get();
  call.account = call.principal->account;
  call.region = exchange.credential != nullptr ? exchange.auth.credential.region : "us-east-1";
  call.now = parts_.clock.now();
  call.request_id = exchange.request_id;
  call.source_ip = exchange.http.remote.ip;
  call.trace_id = exchange.header("x-amzn-trace-id");
  call.secure = exchange.http.tls;
  call.endpoint = std::string(exchange.http.tls ? "https://" : "http://") + std::string(exchange.header("host"));
  call.request_headers = exchange.headers;
  call.random = &parts_.random;
  call.authorizer = &authorizer_;
  call.operation = exchange.operation;
  call.judged = &exchange.judged;
  call.presigned = exchange.auth.kind == wire::AuthKind::Presigned;
  call.signed_at = exchange.auth.signed_at;
  call.received_at = parts_.clock.machine_now();
}

Result<> Pipeline::parse(Exchange& exchange) {
  exchange.input = exchange.operation->make_input();
  exchange.call.input = exchange.input.get();
  wire::RequestParts request;
  request.headers = exchange.headers;
  request.query = &exchange.query;
  request.labels = &exchange.labels;
  request.body = exchange.body;
  return wire::parse_input(*exchange.service->model, *exchange.model, request, exchange.input.get());
}

Result<ErasedValue> Pipeline::transact(Exchange& exchange, Sequence& shown) {
  const Service& service = *exchange.service;
  Sequence written = 0;
  auto output = parts_.store.transact(
      [&](Transaction& tx) -> Result<ErasedValue> {
        exchange.call.reply = {};
        return exchange.operation->transact(service.self, exchange.call, tx, exchange.input.get());
      },
      &written);
  // One that wrote nothing answers with what others wrote (a SELECT, a condition that failed).
  shown = written != 0 ? written : parts_.store.committed();
  return output;
}

http::awaitable<Result<ErasedValue>> Pipeline::run(Exchange& exchange) {
  const Service& service = *exchange.service;
  const Operation& operation = *exchange.operation;
  if (operation.kind == OperationKind::Waiting) {
    co_return co_await parked<Result<ErasedValue>>([&](std::function<void(Result<ErasedValue>)> done) {
      operation.wait(service.self, exchange.call, exchange.input.get(), std::move(done));
      // The answer, if there is one already, comes on this thread, after this.
      tell_departure(exchange);
    });
  }
  Sequence sequence = 0;
  Result<ErasedValue> output;
  if (operation.kind == OperationKind::Reading) {
    sequence = parts_.store.committed();  // what the snapshot may show must not be lost after we have shown it
    const auto snapshot = parts_.store.snapshot();
    output = operation.read(service.self, exchange.call, *snapshot, exchange.input.get());
  } else {
    output = transact(exchange, sequence);
  }
  if (sequence > parts_.store.durable()) {
    auto safe = co_await durable(sequence);
    CO_TRY(std::move(safe));
  }
  co_return output;
}

void Pipeline::tell_departure(const Exchange& exchange) const {
  if (parts_.wakes == nullptr || !exchange.http.on_disconnect) return;
  std::string name = departure_of(exchange.request_id);
  if (!parts_.wakes->heard(name)) return;
  exchange.http.on_disconnect([wakes = parts_.wakes, name = std::move(name)] { wakes->wake(name); });
}

http::awaitable<Result<ErasedValue>> Pipeline::receive(Exchange& exchange) {
  const auto sink = CO_TRY(exchange.operation->receive(exchange.service->self, exchange.call, exchange.input.get()));
  auto received = co_await receive_payload(exchange, *sink);
  CO_TRY(std::move(received));
  exchange.call.payload = sink.get();
  Sequence sequence = 0;
  auto output = transact(exchange, sequence);
  if (sequence > parts_.store.durable()) {
    auto safe = co_await durable(sequence);
    CO_TRY(std::move(safe));
  }
  co_return output;
}

http::awaitable<Result<>> Pipeline::durable(Sequence sequence) {
  co_return co_await parked<Result<>>(
      [&](std::function<void(Result<>)> done) { parts_.store.on_durable(sequence, std::move(done)); });
}

http::Response Pipeline::respond(Exchange& exchange, const ErasedValue& output) {
  auto& extras = exchange.call.reply;
  auto response =
      to_response(wire::serialize_output(*exchange.service->model, *exchange.model, output.get(), exchange.request_id));
  if (extras.status) response.status = *extras.status;
  for (const auto& [name, value] : extras.headers) response.headers.set(name, value);
  if (extras.length) response.head_length = extras.length;
  if (extras.body) response.stream = std::make_unique<Outgoing>(std::move(extras.body));
  return response;
}

http::Response Pipeline::refuse(const Exchange& exchange, const Error& error) {
  if (error.kind != Error::Kind::Api) {
    log::error("request failed", {{"id", exchange.request_id}, {"code", error.code}, {"reason", error.message}});
  }
  const auto& model = *exchange.service->model;
  auto response = to_response(wire::serialize_error(model, exchange.model, error, exchange.request_id));
  for (const auto& [name, value] : exchange.call.reply.headers) response.headers.set(name, value);
  return response;
}

void Pipeline::tell(const Exchange& exchange, const Error* error, int status, std::int64_t duration_us) {
  if (parts_.observers.empty()) return;
  Answered answered;
  answered.service = exchange.service;
  answered.operation = exchange.operation;
  if (exchange.model != nullptr) answered.operation_name = exchange.model->name;
  answered.call = &exchange.call;
  answered.access_key = exchange.auth.credential.access_key;
  answered.input = exchange.input.get();
  answered.output = error == nullptr ? exchange.output.get() : nullptr;
  answered.error = error;
  answered.status = status;
  answered.duration_us = duration_us;
  answered.judged = exchange.judged;
  for (Observer* observer : parts_.observers) observer->answered(answered);
}

Result<Signer> Pipeline::authenticate(http::Request& request, std::string_view body, std::string_view signed_for) {
  Exchange exchange(request);
  exchange.service = router_.find_service(signed_for);
  LazyReader reader(parts_.store);
  TRY(authenticator_.identify(exchange, reader, signed_for));
  TRY(authenticator_.verify(exchange, &body));
  return Signer{exchange.credential, std::string(exchange.auth.credential.access_key)};
}

Result<> Pipeline::authenticate_root(http::Request& request, std::string_view body) {
  Exchange exchange(request);
  exchange.service = router_.find_service("sts");  // its wording; Orrery's own API has no model
  LazyReader reader(parts_.store);
  TRY(authenticator_.identify(exchange, reader, "orrery"));
  // That STS takes some requests without a signature is nothing to this API.
  if (exchange.credential == nullptr) return fail(wire::missing_authentication(error_style(*exchange.service->model)));
  TRY(authenticator_.verify(exchange, &body));
  if (exchange.credential->principal->kind != auth::Principal::Kind::Root) {
    return fail(api_error("AccessDenied", "Orrery's own API takes requests signed by the root credential only", 403));
  }
  return {};
}

}  // namespace orrery::gateway
