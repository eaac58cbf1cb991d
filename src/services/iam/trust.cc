#include "services/iam/trust.h"

#include "base/arn.h"
#include "base/json.h"

namespace orrery::iam {
namespace {

// nullopt: there is no such user or role.
Result<std::optional<std::string>> unique_id(Reader& reader, const Arn& arn, const std::string& text) {
  const auto name = identity::name_in_arn(text);
  if (arn.resource.starts_with("user/")) {
    const auto user = TRY(identity::get_user(reader, arn.account, name));
    return user && user->arn == text ? std::optional(user->id) : std::nullopt;
  }
  const auto role = TRY(identity::get_role(reader, arn.account, name));
  return role && role->arn == text ? std::optional(role->id) : std::nullopt;
}

Result<> replace(Reader& reader, const Call& call, json::value& principal) {
  const std::string text(principal.get_string());
  const auto arn = Arn::parse(text);
  if (!arn || arn->service != "iam") return {};
  if (!arn->resource.starts_with("user/") && !arn->resource.starts_with("role/")) return {};
  const auto id = TRY(unique_id(reader, *arn, text));
  if (id) {
    principal = *id;
    return {};
  }
  if (arn->account != call.account) return {};
  return fail(api_error("MalformedPolicyDocument", "Invalid principal in policy: \"AWS\":\"" + text + "\"", 400));
}

Result<> replace_in(Reader& reader, const Call& call, json::value& statement) {
  for (const char* element : {"Principal", "NotPrincipal"}) {
    json::value* const principals = statement.as_object().if_contains(element);
    if (principals == nullptr || !principals->is_object()) continue;
    json::value* const listed = principals->get_object().if_contains("AWS");
    if (listed == nullptr) continue;
    if (listed->is_string()) TRY(replace(reader, call, *listed));
    if (!listed->is_array()) continue;
    for (json::value& one : listed->get_array()) TRY(replace(reader, call, one));
  }
  return {};
}

}  // namespace

Result<std::string> with_unique_ids(Reader& reader, const Call& call, const std::string& document) {
  json::value policy = TRY(parse_json(document));
  json::value& statements = policy.as_object().at("Statement");
  if (statements.is_object()) {
    TRY(replace_in(reader, call, statements));
  } else {
    for (json::value& statement : statements.get_array()) TRY(replace_in(reader, call, statement));
  }
  return to_text(policy);
}

}  // namespace orrery::iam
