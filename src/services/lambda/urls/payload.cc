#include "services/lambda/urls/payload.h"

#include "base/encode.h"
#include "base/plain_json.h"
#include "base/utf8.h"
#include "http/token.h"
#include "http/uri.h"

#include <algorithm>
#include <map>

namespace orrery::lambda {
namespace {

// "12/Mar/2020:19:03:58 +0000"
std::string clf_time(Instant now) {
  const std::string date = http_date(now);  // "Thu, 12 Mar 2020 19:03:58 GMT"
  return date.substr(5, 2) + "/" + date.substr(8, 3) + "/" + date.substr(12, 4) + ":" + date.substr(17, 8) + " +0000";
}

// Types that go as they are; everything else in base64.
bool is_text(std::string_view type) {
  type = type.substr(0, type.find(';'));
  return type.starts_with("text/") || type == "application/json" || type == "application/xml" ||
         type == "application/javascript" || type.ends_with("+json") || type.ends_with("+xml");
}

json::object headers_of(const UrlRequest& request) {
  std::map<std::string, std::string> joined;
  for (const auto& [name, value] : request.headers) {
    std::string& all = joined[name];
    all.append(all.empty() ? "" : ",").append(value);
  }
  joined["x-forwarded-for"] = request.source_ip;
  joined["x-forwarded-proto"] = request.secure ? "https" : "http";
  if (!request.port.empty()) joined["x-forwarded-port"] = request.port;
  joined["x-amzn-trace-id"] = request.trace_id;
  json::object out;
  for (const auto& [name, value] : joined) out[name] = value;
  return out;
}

json::value cookies_of(const UrlRequest& request) {
  json::array cookies;
  for (const auto& [name, value] : request.headers) {
    if (name != "cookie") continue;
    for (std::string_view rest = value; !rest.empty();) {
      const auto end = rest.find(';');
      std::string_view one = rest.substr(0, end);
      while (one.starts_with(' ')) one.remove_prefix(1);
      if (!one.empty()) cookies.emplace_back(one);
      rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    }
  }
  return cookies.empty() ? json::value(nullptr) : json::value(std::move(cookies));
}

json::value query_of(const std::string& query) {
  const auto parameters = http::parse_query(query);
  if (!parameters || parameters->empty()) return nullptr;
  std::map<std::string, std::string> joined;
  for (const auto& one : *parameters) {
    const auto [entry, added] = joined.try_emplace(one.name, one.value);
    if (!added) entry->second.append(",").append(one.value);
  }
  json::object out;
  for (const auto& [name, value] : joined) out[name] = value;
  return out;
}

json::object context_of(const FunctionUrl& url, const UrlRequest& request, const std::string& path) {
  json::object context{{"accountId", request.access_key.empty() ? "anonymous" : request.account},
                       {"apiId", url.id},
                       {"domainName", url.domain()},
                       {"domainPrefix", url.id},
                       {"http", json::object{{"method", request.method},
                                             {"path", path},
                                             {"protocol", request.protocol},
                                             {"sourceIp", request.source_ip},
                                             {"userAgent", request.header("user-agent")}}},
                       {"requestId", request.request_id},
                       {"routeKey", "$default"},
                       {"stage", "$default"},
                       {"time", clf_time(request.now)},
                       {"timeEpoch", epoch_ms(request.now)}};
  if (request.access_key.empty()) return context;
  context["authorizer"] = json::object{{"iam", json::object{{"accessKey", request.access_key},
                                                            {"accountId", request.account},
                                                            {"callerId", request.user_id},
                                                            {"cognitoIdentity", nullptr},
                                                            {"principalOrgId", nullptr},
                                                            {"userArn", request.user_arn},
                                                            {"userId", request.user_id}}}};
  return context;
}

std::optional<std::string> header_text(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_number() || value.is_bool()) return plain_json(value);
  return std::nullopt;
}

// Status, headers and cookies of either form. nullopt: not what it should be.
std::optional<UrlReply> head_of(const json::value& document) {
  UrlReply reply;
  if (const json::value* status = find(document, "statusCode")) {
    const auto code = find_int(document, "statusCode");
    if (!code && !status->is_null()) return std::nullopt;
    if (code && (*code < 200 || *code > 599)) return std::nullopt;  // 1xx would announce another answer
    if (code) reply.status = static_cast<int>(*code);
  }
  if (const json::value* headers = find(document, "headers"); headers != nullptr && headers->is_object()) {
    for (const auto& [name, value] : headers->get_object()) {
      auto text = header_text(value);
      if (!text || !http::is_token(name)) return std::nullopt;
      reply.headers.emplace_back(name, *std::move(text));
    }
  }
  if (const json::value* cookies = find(document, "cookies"); cookies != nullptr && cookies->is_array()) {
    for (const json::value& cookie : cookies->get_array()) {
      if (cookie.is_string()) reply.headers.emplace_back("Set-Cookie", std::string(cookie.get_string()));
    }
  }
  return reply;
}

bool has(const HeaderPairs& headers, std::string_view lower_case_name) {
  return std::ranges::any_of(headers, [&](const auto& one) {
    return one.first.size() == lower_case_name.size() &&
           std::ranges::equal(one.first, lower_case_name,
                              [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
  });
}

bool lists(const std::optional<std::vector<std::string>>& list, std::string_view value) {
  return list && std::ranges::any_of(*list, [&](const std::string& one) { return one == "*" || one == value; });
}

// "https://*.example.com" allows any sub-domain.
bool allows_origin(const Cors& cors, std::string_view origin) {
  if (lists(cors.AllowOrigins, origin)) return true;
  return cors.AllowOrigins && std::ranges::any_of(*cors.AllowOrigins, [&](const std::string& one) {
           const auto star = one.find('*');
           return star != std::string::npos && origin.size() >= one.size() && origin.starts_with(one.substr(0, star)) &&
                  origin.ends_with(one.substr(star + 1));
         });
}

std::string joined(const std::vector<std::string>& list) {
  std::string out;
  for (const std::string& one : list) out.append(out.empty() ? "" : ",").append(one);
  return out;
}

}  // namespace

std::string_view UrlRequest::header(std::string_view name) const {
  const auto found = std::ranges::find(headers, name, &std::pair<std::string, std::string>::first);
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

std::string url_event(const FunctionUrl& url, const UrlRequest& request) {
  const std::string path = percent_decode(request.path).value_or(request.path);
  json::object event{{"version", "2.0"},
                     {"routeKey", "$default"},
                     {"rawPath", path},
                     {"rawQueryString", request.query},
                     {"headers", headers_of(request)},
                     {"requestContext", context_of(url, request, path)}};
  if (auto cookies = cookies_of(request); !cookies.is_null()) event["cookies"] = std::move(cookies);
  if (auto query = query_of(request.query); !query.is_null()) event["queryStringParameters"] = std::move(query);
  const std::string_view type = request.header("content-type");
  const bool text = (type.empty() || is_text(type)) && is_utf8(request.body);
  if (!request.body.empty()) event["body"] = text ? request.body : base64(request.body);
  event["isBase64Encoded"] = !text && !request.body.empty();
  return to_utf8(json::serialize(event));  // the head may have any bytes
}

std::optional<UrlReply> url_reply(const std::string& answer) {
  const auto document = parse_json(answer);
  if (!document) return std::nullopt;
  // "If your function returns valid JSON and doesn't return a statusCode", all of it is the body.
  if (!document->is_object() || find(*document, "statusCode") == nullptr) {
    return UrlReply{200, {{"Content-Type", "application/json"}}, answer};
  }
  auto reply = head_of(*document);
  if (!reply) return std::nullopt;
  if (const json::value* body = find(*document, "body"); body != nullptr && !body->is_null()) {
    std::string text = body->is_string() ? std::string(body->get_string()) : plain_json(*body);
    if (find_bool(*document, "isBase64Encoded").value_or(false)) {
      auto bytes = unbase64(text);
      if (!bytes) return std::nullopt;
      text = *std::move(bytes);
    }
    reply->body = std::move(text);
  }
  if (!has(reply->headers, "content-type")) reply->headers.emplace_back("Content-Type", "application/json");
  return reply;
}

std::optional<UrlReply> stream_head(std::string_view text) {
  const auto document = parse_json(text);
  if (!document || !document->is_object()) return std::nullopt;
  auto reply = head_of(*document);
  if (reply && !has(reply->headers, "content-type")) {
    reply->headers.emplace_back("Content-Type", "application/octet-stream");
  }
  return reply;
}

std::optional<UrlReply> preflight(const FunctionUrl& url, const UrlRequest& request) {
  const std::string_view origin = request.header("origin");
  const std::string_view method = request.header("access-control-request-method");
  if (!url.cors || request.method != "OPTIONS" || origin.empty() || method.empty()) return std::nullopt;
  UrlReply reply;
  if (!allows_origin(*url.cors, origin) || !lists(url.cors->AllowMethods, method)) return reply;
  reply.headers = cors_headers(url, request);
  const bool any = lists(url.cors->AllowMethods, "*");
  reply.headers.emplace_back("Access-Control-Allow-Methods",
                             any ? std::string(method) : joined(*url.cors->AllowMethods));
  if (url.cors->AllowHeaders && !url.cors->AllowHeaders->empty()) {
    reply.headers.emplace_back("Access-Control-Allow-Headers", joined(*url.cors->AllowHeaders));
  }
  if (url.cors->MaxAge) reply.headers.emplace_back("Access-Control-Max-Age", std::to_string(*url.cors->MaxAge));
  return reply;
}

HeaderPairs cors_headers(const FunctionUrl& url, const UrlRequest& request) {
  HeaderPairs out;
  const std::string_view origin = request.header("origin");
  if (!url.cors || origin.empty() || !allows_origin(*url.cors, origin)) return out;
  const bool any = lists(url.cors->AllowOrigins, "*") && !url.cors->AllowCredentials.value_or(false);
  out.emplace_back("Access-Control-Allow-Origin",
                   any && url.cors->AllowOrigins->size() == 1 ? "*" : std::string(origin));
  out.emplace_back("Vary", "Origin");
  if (url.cors->AllowCredentials.value_or(false)) out.emplace_back("Access-Control-Allow-Credentials", "true");
  if (url.cors->ExposeHeaders && !url.cors->ExposeHeaders->empty()) {
    out.emplace_back("Access-Control-Expose-Headers", joined(*url.cors->ExposeHeaders));
  }
  return out;
}

}  // namespace orrery::lambda
