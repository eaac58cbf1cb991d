#include "services/events/destinations/request.h"

#include "base/encode.h"
#include "base/json.h"
#include "services/events/delivery/json_path.h"

#include <algorithm>
#include <charconv>
#include <map>

namespace orrery::events {
namespace {

// Not to be set by parameters: "Headers that EventBridge removes", and the two that it sets itself.
constexpr std::string_view kRemoved[] = {"a-im",
                                         "accept-charset",
                                         "accept-datetime",
                                         "accept-encoding",
                                         "cache-control",
                                         "connection",
                                         "content-encoding",
                                         "content-length",
                                         "content-md5",
                                         "date",
                                         "expect",
                                         "forwarded",
                                         "from",
                                         "host",
                                         "http2-settings",
                                         "if-match",
                                         "if-modified-since",
                                         "if-none-match",
                                         "if-range",
                                         "if-unmodified-since",
                                         "max-forwards",
                                         "origin",
                                         "pragma",
                                         "proxy-authorization",
                                         "range",
                                         "referer",
                                         "te",
                                         "trailer",
                                         "transfer-encoding",
                                         "user-agent",
                                         "upgrade",
                                         "via",
                                         "warning"};

bool removed(std::string_view name) {
  return std::ranges::any_of(kRemoved, [&](auto one) { return http::equals_ignoring_case(one, name); });
}

// "The entire value has to be a JSON path, not only part of it" (eb-targets.html, dynamic JSON path parameters).
std::string resolved(const std::string& value, const json::value& event) {
  if (!value.starts_with("$.") || !valid_path(value)) return value;
  const auto found = at_path(event, value);
  if (!found) return "";
  return found->is_string() ? std::string(found->get_string()) : orrery::to_text(*found);
}

// Each "*" of the path by the next value; one that has no value stays.
std::string with_path_values(const std::string& endpoint, const std::vector<std::string>& values) {
  std::string out;
  auto next = values.begin();
  const auto query = std::min(endpoint.find('?'), endpoint.size());
  for (std::size_t i = 0; i < endpoint.size(); ++i) {
    if (endpoint[i] == '*' && i < query && next != values.end()) {
      out += percent_encode(*next++);
    } else {
      out += endpoint[i];
    }
  }
  return out;
}

void set_header(http::HeaderList& headers, const std::string& name, const std::string& value) {
  if (!name.empty() && !removed(name)) headers.set(name, value);
}

std::string url_of(const Invocation& invocation, const json::value& event) {
  const HttpParameters none;
  const HttpParameters& given = invocation.parameters ? *invocation.parameters : none;
  std::vector<std::string> values;
  if (given.PathParameterValues) {
    values.reserve(given.PathParameterValues->size());
    for (const auto& value : *given.PathParameterValues) values.push_back(resolved(value, event));
  }
  // "Any values from the Connection taking precedence" (HttpParameters).
  std::map<std::string, std::string> query;
  if (given.QueryStringParameters) {
    for (const auto& [name, value] : *given.QueryStringParameters) query[name] = resolved(value, event);
  }
  const auto& own = invocation.connection.auth.InvocationHttpParameters;
  if (own && own->QueryStringParameters) {
    for (const auto& one : *own->QueryStringParameters) query[one.Key.value_or("")] = one.Value.value_or("");
  }
  std::string url = with_path_values(invocation.destination.endpoint, values);
  char separator = url.find('?') == std::string::npos ? '?' : '&';
  for (const auto& [name, value] : query) {
    url += separator;
    url.append(percent_encode(name)).append("=").append(percent_encode(value));
    separator = '&';
  }
  return url;
}

void authorize_request(const Invocation& invocation, http::HeaderList& headers) {
  const auto& auth = invocation.connection.auth;
  if (auth.BasicAuthParameters) {
    headers.set("Authorization",
                "Basic " + base64(auth.BasicAuthParameters->Username + ":" + auth.BasicAuthParameters->Password));
  } else if (auth.ApiKeyAuthParameters) {
    headers.set(auth.ApiKeyAuthParameters->ApiKeyName, auth.ApiKeyAuthParameters->ApiKeyValue);
  } else if (!invocation.token.empty()) {
    headers.set("Authorization", invocation.token);
  }
}

// Body parameters of the connection become members of the payload, when that is an object.
std::string body_of(const Invocation& invocation) {
  const auto& own = invocation.connection.auth.InvocationHttpParameters;
  if (!own || !own->BodyParameters || own->BodyParameters->empty()) return std::string(invocation.payload);
  auto payload = parse_json(invocation.payload);
  if (!payload || !payload->is_object()) return std::string(invocation.payload);
  for (const auto& one : *own->BodyParameters) {
    payload->get_object()[one.Key.value_or("")] = one.Value.value_or("");
  }
  return orrery::to_text(*payload);
}

// nullopt: nothing, or nothing that can be read.
std::optional<std::int64_t> retry_after_s(const http::Answer& answer, Instant machine_now) {
  const auto text = answer.headers.find("Retry-After");
  if (!text) return std::nullopt;
  std::int64_t seconds = 0;
  const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), seconds);
  if (failed == std::errc() && end == text->data() + text->size()) return seconds;
  const auto date = parse_http_date(*text);
  if (!date) return std::nullopt;
  return std::max<std::int64_t>(0, std::chrono::ceil<std::chrono::seconds>(*date - machine_now).count());
}

}  // namespace

http::Outgoing invocation_request(const Invocation& invocation) {
  const json::value event = parse_json(invocation.event).ok() ? *parse_json(invocation.event) : json::value();
  http::Outgoing request;
  request.method = invocation.destination.method;
  request.url = url_of(invocation, event);
  request.body = body_of(invocation);
  request.headers.add("User-Agent", "Amazon/EventBridge/ApiDestinations");
  request.headers.add("Content-Type", "application/json; charset=utf-8");
  request.headers.add("Range", "bytes=0-1048575");
  request.headers.add("Accept-Encoding", "gzip,deflate");
  if (invocation.parameters && invocation.parameters->HeaderParameters) {
    for (const auto& [name, value] : *invocation.parameters->HeaderParameters) {
      set_header(request.headers, name, resolved(value, event));
    }
  }
  const auto& own = invocation.connection.auth.InvocationHttpParameters;
  if (own && own->HeaderParameters) {
    for (const auto& one : *own->HeaderParameters) {
      set_header(request.headers, one.Key.value_or(""), one.Value.value_or(""));
    }
  }
  authorize_request(invocation, request.headers);
  return request;
}

Verdict verdict_on(const Result<http::Answer>& answer, Instant machine_now) {
  Verdict verdict;
  if (!answer) {
    const std::string& code = answer.error().code;
    const bool passes = code == "Timeout" || code == "ConnectionFailed" || code == "Busy" || code == "Stopped";
    verdict.kind = passes ? Verdict::Kind::Again : Verdict::Kind::Dropped;
    verdict.reason = answer.error().message;
    return verdict;
  }
  verdict.reason = "HTTP " + std::to_string(answer->status);
  if (answer->status >= 200 && answer->status < 300) return verdict;
  if (answer->status == 401 || answer->status == 407) {
    verdict.kind = Verdict::Kind::Renew;
    return verdict;
  }
  const bool again = answer->status == 409 || answer->status == 429 || answer->status >= 500;
  verdict.kind = again ? Verdict::Kind::Again : Verdict::Kind::Dropped;
  const auto after = again ? retry_after_s(*answer, machine_now) : std::nullopt;
  if (after && *after < 0) {
    verdict.kind = Verdict::Kind::Dropped;
    verdict.reason += ", and a negative Retry-After";
  } else if (after) {
    verdict.after = std::chrono::seconds(std::min<std::int64_t>(*after, std::int64_t{7} * 24 * 3600));
  }
  return verdict;
}

}  // namespace orrery::events
