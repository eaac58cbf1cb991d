#include "gateway/router.h"

#include "gateway/absent.h"
#include "http/uri.h"

#include <algorithm>

namespace orrery::gateway {
namespace {

// "…Credential=AKID/20260301/us-east-1/dynamodb/aws4_request…" -> "dynamodb". Says only what the client claims: the
// signature is checked later.
std::string_view scope_service(std::string_view text) {
  const auto at = text.find("Credential=");
  if (at == std::string_view::npos) return {};
  std::string_view scope = text.substr(at + 11);
  scope = scope.substr(0, scope.find_first_of(",& "));
  for (int i = 0; i < 3; ++i) {
    std::size_t slash = scope.find('/');
    std::size_t width = 1;
    if (const std::size_t escaped = scope.find("%2F"); escaped < slash) {
      slash = escaped;
      width = 3;
    }
    if (slash == std::string_view::npos) return {};
    scope.remove_prefix(slash + width);
  }
  return scope.substr(0, scope.find_first_of("/%"));
}

std::string_view claimed_scope(const Exchange& exchange) {
  const std::string_view scope = scope_service(exchange.header("authorization"));
  return scope.empty() ? scope_service(exchange.http.query) : scope;  // …&X-Amz-Credential=AKID%2F…
}

// "GET /restapis": what names an operation that no model knows.
std::string line_of(const Exchange& exchange) {
  return std::string(exchange.http.method) + " " + std::string(exchange.http.path);
}

bool is_ip_address(std::string_view host) {
  return host.starts_with('[') || host.find_first_not_of("0123456789.") == std::string_view::npos;
}

// Query services share "/": an unsigned request names its service by the API version alone.
const std::string* parameter(const wire::Pairs& pairs, std::string_view name) {
  for (const auto& [key, value] : pairs) {
    if (key == name) return &value;
  }
  return nullptr;
}

Result<wire::Pairs> parse_form(std::string_view text) {
  auto parameters = TRY(http::parse_query(text));
  wire::Pairs out;
  out.reserve(parameters.size());
  for (auto& one : parameters) out.emplace_back(std::move(one.name), std::move(one.value));
  return out;
}

}  // namespace

std::string_view virtual_host_bucket(std::string_view host) {
  host =
      host.substr(0, host.rfind(':') == std::string_view::npos || host.ends_with(']') ? host.size() : host.rfind(':'));
  if (host.empty() || is_ip_address(host) || host.starts_with("s3.") || host.starts_with("s3-")) return {};
  for (const std::string_view mark : {".s3.", ".s3-"}) {
    if (const auto at = host.find(mark); at != std::string_view::npos) return host.substr(0, at);
  }
  if (host.ends_with(".localhost")) return host.substr(0, host.size() - 10);
  return {};
}

const Operation* find_operation(const Service& service, std::string_view name) {
  const auto found = std::ranges::find(service.operations, name, &Operation::name);
  return found == service.operations.end() ? nullptr : &*found;
}

Router::Dialects::Dialects(const Service& service)
    : query_model(*service.model), cbor_model(*service.model), query(service), cbor(service) {
  query_model.protocol = wire::Protocol::Query;
  cbor_model.protocol = wire::Protocol::RpcV2Cbor;
  query.model = &query_model;
  cbor.model = &cbor_model;
}

const Router::Dialects* Router::dialects_of(const Service& service) const {
  return dialects_[static_cast<std::size_t>(&service - services_.data())].get();
}

Router::Router(std::span<const Service> services) : services_(services) {
  for (const Service& service : services) {
    const auto protocol = service.model->protocol;
    const bool rest = protocol == wire::Protocol::RestJson || protocol == wire::Protocol::RestXml;
    rest_.push_back(rest ? std::make_unique<wire::RestRouter>(*service.model) : nullptr);
    dialects_.push_back(service.model->query_compatible ? std::make_unique<Dialects>(service) : nullptr);
  }
}

const Service* Router::find_service(std::string_view id) const {
  const auto found = std::ranges::find_if(services_, [&](const Service& s) { return s.model->id == id; });
  return found == services_.end() ? nullptr : &*found;
}

const Service* Router::service_of(const Exchange& exchange) const {
  const std::string_view scope = claimed_scope(exchange);
  for (const Service& service : services_) {
    if (!scope.empty() && service.model->signing_name == scope) return &service;
  }
  if (!scope.empty()) return nullptr;
  // Unsigned: links of query services (ConfirmSubscription) name their action.
  if (const std::string* action = parameter(exchange.query, "Action")) {
    for (const Service& service : services_) {
      const Operation* operation = gateway::find_operation(service, *action);
      if (operation != nullptr && operation->unsigned_too) return &service;
    }
  }
  // Lambda's paths begin with an API date, everything else is S3's.
  const std::string_view path = exchange.http.path;
  const bool dated =
      path.size() > 11 && path.substr(1, 2) == "20" && path[5] == '-' && path[8] == '-' && path[11] == '/';
  return find_service(dated ? "lambda" : "s3");
}

Result<> Router::take(Exchange& exchange, const wire::OperationModel* model, std::string_view name) const {
  exchange.model = model;
  if (model == nullptr) {
    switch (exchange.service->model->protocol) {
      case wire::Protocol::Query:
      case wire::Protocol::Ec2:
        return fail(api_error("InvalidAction",
                              "Could not find operation " + std::string(name) + " for version " +
                                  std::string(exchange.service->model->api_version),
                              400));
      case wire::Protocol::RestXml:
        return fail(api_error("MethodNotAllowed", "The specified method is not allowed against this resource.", 405));
      case wire::Protocol::RestJson:
        return fail(api_error("UnknownOperationException", "Unknown operation: " + std::string(name), 404));
      case wire::Protocol::Json:
      case wire::Protocol::RpcV2Cbor:
        return fail(api_error("UnknownOperationException", "Unknown operation: " + std::string(name), 400));
    }
  }
  exchange.operation = gateway::find_operation(*exchange.service, model->name);
  if (exchange.operation == nullptr) return fail(not_implemented(exchange.service->model->id, model->name));
  return {};
}

Result<> Router::by_target(Exchange& exchange) const {
  const std::string_view target = exchange.header("x-amz-target");
  const auto dot = target.rfind('.');
  const std::string_view prefix = target.substr(0, dot == std::string_view::npos ? 0 : dot);
  const std::string_view name = target.substr(dot == std::string_view::npos ? 0 : dot + 1);
  for (const Service& service : services_) {
    if (service.model->protocol != wire::Protocol::Json || service.model->target_prefix != prefix) continue;
    exchange.service = &service;
    return take(exchange, wire::find_operation(*service.model, name), name);
  }
  const std::string_view scope = claimed_scope(exchange);
  const Service* claimed = scope.empty() ? nullptr : service_of(exchange);
  if (claimed == nullptr) {
    exchange.service = &absent_service(exchange, scope);
    return fail(not_implemented(display_name(scope), name));
  }
  exchange.service = claimed;
  return fail(api_error("UnknownOperationException", "Unknown target: " + std::string(target), 400));
}

Result<> Router::by_uri(Exchange& exchange) const {
  const auto& rest = rest_[static_cast<std::size_t>(exchange.service - services_.data())];
  std::string_view path = exchange.http.path;
  if (exchange.service->model->protocol == wire::Protocol::RestXml) {
    if (const std::string_view bucket = virtual_host_bucket(exchange.header("host")); !bucket.empty()) {
      exchange.routed_path = "/" + std::string(bucket) + std::string(path);
      path = exchange.routed_path;
    }
  }
  auto route = rest->find(exchange.http.method, path, exchange.query, exchange.headers);
  if (!route) return take(exchange, nullptr, line_of(exchange));
  exchange.labels = std::move(route->labels);
  return take(exchange, route->operation, route->operation->name);
}

// Services that AWS has besides those that are here are named by their scope.
Result<> Router::by_rpc(Exchange& exchange) const {
  const std::string_view scope = claimed_scope(exchange);
  const RpcName name = rpc_name(exchange.http.path);
  for (const Service& service : services_) {
    const Dialects* dialects = dialects_of(service);
    if (dialects == nullptr || service.model->target_prefix != name.service) continue;
    exchange.service = &dialects->cbor;
    return take(exchange, wire::find_operation(*service.model, name.operation), name.operation);
  }
  exchange.service = &absent_service(exchange, scope);
  const bool by_scope = !scope.empty() && service_of(exchange) == nullptr;
  return fail(not_implemented(by_scope ? display_name(scope) : name.service, name.operation));
}

Result<> Router::to_absent(Exchange& exchange) const {
  const std::string_view scope = claimed_scope(exchange);
  exchange.service = &absent_service(exchange, scope);
  const std::string_view type = exchange.header("content-type");
  // The Action of a form is in the body, which is there when route_action is called.
  if (type.starts_with("application/x-www-form-urlencoded") || parameter(exchange.query, "Action") != nullptr)
    return {};
  return fail(not_implemented(display_name(scope), line_of(exchange)));
}

Result<> Router::route(Exchange& exchange) const {
  Result<> readable;
  if (auto query = parse_form(exchange.http.query)) {
    exchange.query = *std::move(query);
  } else {
    readable = fail(std::move(query).error());
  }
  if (is_rpc_cbor(exchange)) return by_rpc(exchange);
  if (!exchange.header("x-amz-target").empty()) return by_target(exchange);

  exchange.service = service_of(exchange);
  if (exchange.service == nullptr) return to_absent(exchange);
  const bool form = exchange.header("content-type").starts_with("application/x-www-form-urlencoded");
  if (form && exchange.header("authorization").empty() && exchange.http.method == "POST")
    exchange.service = find_service("sts");
  TRY(std::move(readable));
  if (const Dialects* dialects = dialects_of(*exchange.service);
      dialects != nullptr && (form || parameter(exchange.query, "Action") != nullptr)) {
    exchange.service = &dialects->query;
  }
  switch (exchange.service->model->protocol) {
    case wire::Protocol::Query:
    case wire::Protocol::Ec2:
      return {};
    case wire::Protocol::RestJson:
    case wire::Protocol::RestXml:
      return by_uri(exchange);
    case wire::Protocol::Json:
    case wire::Protocol::RpcV2Cbor:
      break;
  }
  return fail(api_error("UnknownOperationException", "The request has no X-Amz-Target header", 400));
}

Result<> Router::route_action(Exchange& exchange) const {
  auto form = TRY(parse_form(exchange.body));
  const std::string* action = parameter(form, "Action");
  if (action == nullptr) action = parameter(exchange.query, "Action");
  if (action == nullptr) return fail(api_error("MissingAction", "The request must contain the parameter Action.", 400));
  if (is_absent(*exchange.service)) return fail(not_implemented(display_name(claimed_scope(exchange)), *action));
  return take(exchange, wire::find_operation(*exchange.service->model, *action), *action);
}

}  // namespace orrery::gateway
