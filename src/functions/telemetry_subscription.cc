#include "functions/telemetry_subscription.h"

#include "base/json.h"

#include <algorithm>
#include <charconv>

namespace orrery::functions {
namespace {

Failure invalid(std::string what) { return fail(api_error("ValidationError", std::move(what))); }

Result<> take_types(const json::value& document, TelemetrySubscription& to) {
  const json::value* types = find(document, "types");
  if (types == nullptr || !types->is_array() || types->get_array().empty()) {
    return invalid("types is required: of platform, function and extension");
  }
  for (const json::value& type : types->get_array()) {
    const auto known = type.is_string() ? std::ranges::find(kTelemetryKinds, std::string_view(type.get_string()))
                                        : kTelemetryKinds.end();
    if (known == kTelemetryKinds.end()) return invalid("types are platform, function and extension");
    to.kinds.at(static_cast<std::size_t>(known - kTelemetryKinds.begin())) = true;
  }
  return {};
}

Result<std::int64_t> within(const json::value& buffering, const char* name, std::int64_t least, std::int64_t most,
                            std::int64_t usual) {
  if (find(buffering, name) == nullptr) return usual;
  const auto value = find_int(buffering, name);
  if (value && *value >= least && *value <= most) return *value;
  return invalid(std::string(name) + " is a number from " + std::to_string(least) + " to " + std::to_string(most));
}

Result<> take_buffering(const json::value& document, TelemetrySubscription& to) {
  const json::value* buffering = find(document, "buffering");
  if (buffering == nullptr || buffering->is_null()) return {};
  if (!buffering->is_object()) return invalid("buffering is an object");
  to.max_items = static_cast<std::size_t>(TRY(within(*buffering, "maxItems", 1000, 10'000, 1000)));
  to.max_bytes = static_cast<std::size_t>(TRY(within(*buffering, "maxBytes", 262'144, 1'048'576, 262'144)));
  to.timeout_ms = static_cast<int>(TRY(within(*buffering, "timeoutMs", 25, 30'000, 1000)));
  return {};
}

std::uint16_t port_of(std::string_view digits) {
  std::uint16_t port = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return read.ec == std::errc() && read.ptr == digits.data() + digits.size() ? port : 0;
}

// "http://sandbox.localdomain:8080/path"
Result<> take_uri(std::string_view uri, TelemetrySubscription& to) {
  constexpr std::string_view kScheme = "http://";
  if (!uri.starts_with(kScheme)) return invalid("destination.URI begins with http://");
  uri.remove_prefix(kScheme.size());
  const auto slash = uri.find('/');
  const std::string_view authority = uri.substr(0, slash);
  const auto colon = authority.rfind(':');
  to.host = authority.substr(0, colon);
  to.port = colon == std::string_view::npos ? std::uint16_t{80} : port_of(authority.substr(colon + 1));
  if (slash != std::string_view::npos) to.path = uri.substr(slash);
  if (std::ranges::any_of(to.path, [](char c) { return c <= ' ' || c == 0x7f; })) {
    return invalid("destination.URI has a path that is none");
  }
  return {};
}

Result<> take_destination(const json::value& document, TelemetrySubscription& to) {
  const json::value* destination = find(document, "destination");
  if (destination == nullptr || !destination->is_object()) return invalid("destination is required");
  const std::string protocol(find_string(*destination, "protocol").value_or(""));
  if (protocol == "HTTP") {
    TRY(take_uri(find_string(*destination, "URI").value_or(""), to));
    to.method = find_string(*destination, "method").value_or("POST");
    if (to.method != "POST" && to.method != "PUT") return invalid("destination.method is POST or PUT");
  } else if (protocol == "TCP") {
    to.protocol = TelemetrySubscription::Protocol::Tcp;
    if (find(*destination, "URI") != nullptr) {
      TRY(take_uri(find_string(*destination, "URI").value_or(""), to));
    } else {
      to.host = "sandbox";
      to.port = static_cast<std::uint16_t>(
          std::clamp<std::int64_t>(find_int(*destination, "port").value_or(0), 0, UINT16_MAX));
    }
  } else {
    return invalid("destination.protocol is HTTP or TCP");
  }
  if (to.host != "sandbox.localdomain" && to.host != "sandbox") {
    return invalid("the destination's host is sandbox.localdomain");
  }
  if (to.port == 0) return invalid("the destination's port is a number from 1 to 65535");
  return {};
}

}  // namespace

std::vector<std::string> TelemetrySubscription::types() const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (kinds.at(i)) names.emplace_back(kTelemetryKinds.at(i));
  }
  return names;
}

Result<TelemetrySubscription> parse_subscription(std::string_view body, TelemetryApi api) {
  const auto document = parse_json(body);
  if (!document || !document->is_object()) return invalid("the request is no JSON object");
  TelemetrySubscription subscription;
  subscription.api = api;
  const std::string version(find_string(*document, "schemaVersion").value_or(""));
  if (api == TelemetryApi::Telemetry) {
    if (version != "2025-01-29" && version != "2022-12-13" && version != "2022-07-01") {
      return invalid("schemaVersion is 2025-01-29, 2022-12-13 or 2022-07-01");
    }
  } else if (!version.empty() && version != "2020-08-15" && version != "2021-03-18") {
    return invalid("schemaVersion is 2020-08-15 or 2021-03-18");
  }
  TRY(take_types(*document, subscription));
  TRY(take_buffering(*document, subscription));
  TRY(take_destination(*document, subscription));
  return subscription;
}

}  // namespace orrery::functions
