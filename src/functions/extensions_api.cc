// The Extensions API, version 2020-01-01 (docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html).
#include "base/json.h"
#include "functions/environment.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace orrery::functions {
namespace {

constexpr std::size_t kMaxBodyBytes = std::size_t{256} * 1024;
constexpr std::string_view kIdentifier = "Lambda-Extension-Identifier";

http::Response failed(int status, std::string_view error_type, std::string_view message) {
  return http::Response::text(status, error_document(error_type, message), kJson);
}

http::Response accepted() { return http::Response::text(202, "{\"status\":\"OK\"}\n", kJson); }

// nullopt: an event that does not exist.
std::optional<std::vector<std::string>> events_of(std::string_view body) {
  std::vector<std::string> events;
  const auto document = parse_json(body.empty() ? "{}" : body);
  if (!document) return std::nullopt;
  const json::value* list = find(*document, "events");
  if (list == nullptr || !list->is_array()) return events;
  for (const json::value& event : list->get_array()) {
    if (!event.is_string() || (event.get_string() != "INVOKE" && event.get_string() != "SHUTDOWN")) return std::nullopt;
    events.emplace_back(event.get_string());
  }
  return events;
}

}  // namespace

http::awaitable<http::Response> ExtensionsApi::serve(Environment& environment, http::Request& request,
                                                     std::string_view what) {
  if (what == "register" && request.method == "POST") co_return co_await enter(environment, request);
  Extension* extension = environment.extensions_.find(request.headers.get(kIdentifier));
  if (extension == nullptr) {
    co_return failed(403, "Extension.InvalidExtensionIdentifier", "Unknown or missing Lambda-Extension-Identifier");
  }
  if (what == "event/next" && request.method == "GET") co_return co_await next(environment, *extension);
  if ((what == "init/error" || what == "exit/error") && request.method == "POST") {
    const std::string type(request.headers.get("Lambda-Extension-Function-Error-Type"));
    if (type.empty()) {
      co_return failed(400, "Extension.MissingHeader", "Lambda-Extension-Function-Error-Type header is missing");
    }
    environment.extension_failed(*extension, type);
    co_return accepted();
  }
  co_return failed(404, "NotFound", "No such resource");
}

http::awaitable<http::Response> ExtensionsApi::enter(Environment& environment, http::Request& request) {
  const std::string name(request.headers.get("Lambda-Extension-Name"));
  const bool account =
      request.headers.get("Lambda-Extension-Accept-Feature").find("accountId") != std::string_view::npos;
  const auto body = co_await request.body.read_all(kMaxBodyBytes);
  if (!body) co_return failed(400, "InvalidRequest", body.error().message);
  if (name.empty()) co_return failed(400, "Extension.InvalidExtensionName", "Lambda-Extension-Name header is missing");
  const auto events = events_of(*body);
  if (!events) co_return failed(400, "Extension.InvalidEventType", "Events are INVOKE and SHUTDOWN");
  const Extension* extension = environment.register_extension(name, *events);
  if (extension == nullptr) {
    co_return failed(403, "Extension.InvalidExtensionState", "Extensions register once, during initialisation");
  }
  const FunctionSpec& spec = environment.spec();
  json::object about{{"functionName", spec.name}, {"functionVersion", spec.version}, {"handler", spec.handler}};
  if (account) about["accountId"] = spec.account;
  http::Response response = http::Response::text(200, json::serialize(about), kJson);
  response.headers.add(kIdentifier, extension->id);
  co_return response;
}

// docs.aws.amazon.com/lambda/latest/dg/telemetry-api-reference.html
http::awaitable<http::Response> ExtensionsApi::subscribe(Environment& environment, http::Request& request,
                                                         TelemetryApi api) {
  if (request.method != "PUT") co_return failed(405, "MethodNotAllowed", "Subscriptions are PUT");
  const Extension* extension = environment.extensions_.find(request.headers.get(kIdentifier));
  if (extension == nullptr) {
    co_return failed(403, "Extension.InvalidExtensionIdentifier", "Unknown or missing Lambda-Extension-Identifier");
  }
  const std::string name = extension->name;
  const auto body = co_await request.body.read_all(kMaxBodyBytes);
  if (!body) co_return failed(400, "InvalidRequest", body.error().message);
  auto subscription = parse_subscription(*body, api);
  if (!subscription) co_return failed(400, subscription.error().code, subscription.error().message);
  if (!environment.telemetry_.subscribe(name, *std::move(subscription))) {
    const bool logs = api == TelemetryApi::Logs;
    co_return failed(403, logs ? "Logs.SubscriptionClosed" : "Telemetry.SubscriptionClosed",
                     std::string(logs ? "Logs" : "Telemetry") + " API subscription is closed already");
  }
  co_return http::Response::text(200, "OK", "text/plain");
}

http::awaitable<http::Response> ExtensionsApi::next(Environment& environment, Extension& extension) {
  environment.extension_waits(extension);
  // The extensions live as long as the environment, which the caller holds.
  while (!extension.event) {
    if (environment.state_ >= Environment::State::Ending) {
      co_return failed(403, "Extension.InvalidExtensionState", "This environment is ending");
    }
    boost::system::error_code woken;
    co_await extension.wake->async_wait(
        boost::asio::redirect_error(boost::asio::use_awaitable_t<http::Executor>(), woken));
  }
  http::Response response = http::Response::text(200, *std::exchange(extension.event, std::nullopt), kJson);
  response.headers.add("Lambda-Extension-Event-Identifier", extension.id);
  co_return response;
}

}  // namespace orrery::functions
