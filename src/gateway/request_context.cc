#include "gateway/request_context.h"

#include "base/arn.h"
#include "gateway/input_values.h"
#include "services/tags.h"

#include <algorithm>

namespace orrery::gateway {
namespace {

using Values = auth::Context::Values;

std::string_view prefix_of(std::string_view name) { return name.substr(0, name.find(':')); }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same(std::string_view name, std::string_view lower_case) {
  return name.size() == lower_case.size() &&
         std::equal(name.begin(), name.end(), lower_case.begin(), [](char a, char b) { return lower(a) == b; });
}

std::optional<Values> one(std::string_view value) { return Values{std::string(value)}; }
std::optional<Values> unless_empty(std::string_view value) {
  return value.empty() ? std::nullopt : std::optional(Values{std::string(value)});
}

// The resource that carries the tags: of a log stream its group, of an index its table, of a function's version the
// function. Only of these: a path or an object's key may hold the same words.
std::string_view tagged(std::string_view arn) {
  constexpr std::string_view kFunction = ":function:";
  if (arn.starts_with("arn:aws:logs:")) return arn.substr(0, arn.find(":log-stream:"));
  if (arn.starts_with("arn:aws:dynamodb:")) return arn.substr(0, std::min(arn.find("/index/"), arn.find("/stream/")));
  const auto function = arn.starts_with("arn:aws:lambda:") ? arn.find(kFunction) : std::string_view::npos;
  if (function == std::string_view::npos) return arn;
  return arn.substr(0, arn.find(':', function + kFunction.size()));
}

template <class Tags>
std::optional<Values> find_tag(const Tags& tags, std::string_view name) {
  for (const auto& [key, value] : tags) {
    if (same(key, name)) return Values{value};
  }
  return std::nullopt;
}

}  // namespace

const Service* service_of(std::span<const Service> services, std::string_view name) {
  const auto found =
      std::ranges::find_if(services, [&](const Service& s) { return s.action_prefix() == prefix_of(name); });
  return found == services.end() ? nullptr : &*found;
}

std::optional<Values> RequestContext::find(std::string_view key) const {
  std::optional<Values> said;
  for (const auto& [name, value] : access_.context) {
    if (!same(name, key)) continue;
    if (!said) said.emplace();
    said->push_back(value);
  }
  if (said) return said;
  if (key.starts_with("aws:")) said = of_request(key);
  if (!said) said = of_service(key);
  return said ? said : of_tags(key);
}

std::optional<Values> RequestContext::of_request(std::string_view key) const {
  // "The key is not in the request context when a service makes the request in the principal's name".
  if (key == "aws:sourceip") return call_.called_via.empty() ? unless_empty(call_.source_ip) : std::nullopt;
  if (key == "aws:securetransport") return one(call_.secure ? "true" : "false");
  if (key == "aws:requestedregion") return unless_empty(call_.region);
  if (key == "aws:sourcearn") return unless_empty(call_.source_arn);
  if (key == "aws:sourceaccount") {
    if (call_.source_arn.empty()) return std::nullopt;
    const auto arn = Arn::parse(call_.source_arn);
    return arn && !arn->account.empty() ? one(arn->account) : unless_empty(call_.account);
  }
  if (key == "aws:useragent") return unless_empty(call_.header("user-agent").value_or(""));
  if (key == "aws:referer") return unless_empty(call_.header("referer").value_or(""));
  return called_via(key);
}

std::optional<Values> RequestContext::called_via(std::string_view key) const {
  if (key == "aws:viaawsservice") return one(call_.called_via.empty() ? "false" : "true");
  if (call_.called_via.empty()) return std::nullopt;
  if (key == "aws:calledvia") return Values(call_.called_via.begin(), call_.called_via.end());
  if (key == "aws:calledviafirst") return one(call_.called_via.front());
  if (key == "aws:calledvialast") return one(call_.called_via.back());
  return std::nullopt;
}

std::optional<Values> RequestContext::of_tags(std::string_view key) const {
  constexpr std::string_view kRequestTag = "aws:requesttag/";
  constexpr std::string_view kResourceTag = ":resourcetag/";
  const bool has_input = call_.operation != nullptr && call_.input != nullptr;
  if (key.starts_with(kRequestTag) && has_input) {
    return find_tag(tags_of_input(call_.operation->input_shape(), call_.input), key.substr(kRequestTag.size()));
  }
  if (key == "aws:tagkeys" && has_input) {
    auto keys = tag_keys_of_input(call_.operation->input_shape(), call_.input);
    return keys.empty() ? std::nullopt : std::optional(std::move(keys));
  }
  const auto at = key.find(kResourceTag);  // aws:ResourceTag/… and a service's own, iam:ResourceTag/…
  if (at == std::string_view::npos) return std::nullopt;
  const auto tags = get_tags(reader_, tagged(access_.resource));
  if (!tags) {
    status_ = fail(tags.error());
    return std::nullopt;
  }
  return find_tag(*tags, key.substr(at + kResourceTag.size()));
}

std::optional<Values> RequestContext::of_service(std::string_view key) const {
  const Service* service = service_of(services_, access_.action);
  if (service == nullptr) return std::nullopt;
  if (service->condition_value != nullptr) {
    auto value = service->condition_value(service->self, reader_, call_, access_, key);
    if (!value) {
      status_ = fail(std::move(value).error());
      return std::nullopt;
    }
    if (*value) return *std::move(value);
  }
  return of_input(*service, key);
}

// Members of the input speak of the service's own actions: not of the iam:PassRole beside them.
std::optional<Values> RequestContext::of_input(const Service& service, std::string_view key) const {
  if (call_.operation == nullptr || call_.input == nullptr) return std::nullopt;
  if (prefix_of(call_.operation->action) != service.action_prefix()) return std::nullopt;
  const wire::Shape& shape = call_.operation->input_shape();
  for (const ConditionKey& known : service.condition_keys) {
    if (!known.action.empty() && known.action != access_.action) continue;
    if (known.key.ends_with('/')) {
      if (key.size() <= known.key.size() || !same(known.key, key.substr(0, known.key.size()))) continue;
      return find_tag(tags_in(shape, call_.input, known.member), key.substr(known.key.size()));
    }
    if (!same(known.key, key)) continue;
    auto values = values_at(shape, call_.input, known.member);
    if (!values.empty()) return values;
  }
  return std::nullopt;
}

}  // namespace orrery::gateway
