// What policies may ask of a request to EventBridge
// (docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html).
#include "base/json.h"
#include "services/events/operations.h"

namespace orrery::events {
namespace {

using Values = auth::Context::Values;

constexpr std::string_view kOfPattern[][2] = {
    {"events:source", "source"},
    {"events:detail-type", "detail-type"},
};
constexpr std::string_view kOfDetail[][2] = {
    {"events:detail.service", "service"},
    {"events:detail.eventtypecode", "eventTypeCode"},
};

std::optional<Values> texts(const json::value* at) {
  if (at == nullptr || !at->is_array()) return std::nullopt;
  Values out;
  for (const json::value& one : at->get_array()) {
    if (one.is_string()) out.emplace_back(one.get_string());
  }
  return out.empty() ? std::nullopt : std::optional(std::move(out));
}

std::optional<Values> in_pattern(const json::value& pattern, std::string_view key) {
  for (const auto& [name, member] : kOfPattern) {
    if (key == name) return texts(find(pattern, member));
  }
  const json::value* detail = find(pattern, "detail");
  if (detail == nullptr) return std::nullopt;
  for (const auto& [name, member] : kOfDetail) {
    if (key == name) return texts(find(*detail, member));
  }
  const json::value* identity = find(*detail, "userIdentity");
  if (key != "events:detail.useridentity.principalid" || identity == nullptr) return std::nullopt;
  return texts(find(*identity, "principalId"));
}

}  // namespace

// PutRule: what the rule's pattern is limited to. A rule is the account's own that made it.
Result<std::optional<Values>> condition_value(void*, Reader&, const Call& call, const Access& access,
                                              std::string_view key) {
  if (key == "events:creatoraccount") return std::optional(Values{call.account});
  if (access.action != "events:PutRule" || call.input == nullptr) return std::optional<Values>();
  const auto& input = *static_cast<const PutRuleRequest*>(call.input);
  if (!input.EventPattern) return std::optional<Values>();
  const auto pattern = parse_json(*input.EventPattern);
  return pattern ? in_pattern(*pattern, key) : std::optional<Values>();
}

}  // namespace orrery::events
