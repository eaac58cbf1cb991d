#include "auth/request_keys.h"

#include <algorithm>

namespace orrery::auth {
namespace {

using Kind = Principal::Kind;

// Tags are found whatever the case of their keys ("tag keys are case insensitive" in conditions).
bool same(std::string_view key, std::string_view lower_case) {
  return key.size() == lower_case.size() && std::equal(key.begin(), key.end(), lower_case.begin(), [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
         });
}

template <class Tags>
std::optional<std::string> find_tag(const Tags& tags, std::string_view name) {
  for (const auto& [key, value] : tags) {
    if (same(key, name)) return value;
  }
  return std::nullopt;
}

std::optional<std::string> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

std::string type_name(Kind kind) {
  switch (kind) {
    case Kind::Root:
      return "Account";
    case Kind::User:
      return "User";
    case Kind::RoleSession:
      return "AssumedRole";
    case Kind::Service:
      return "Service";
    case Kind::FederatedUser:
    case Kind::WebIdentity:
      return "FederatedUser";
    case Kind::Anonymous:
      break;
  }
  return "Anonymous";
}

}  // namespace

std::optional<std::string> RequestKeys::principal_tag(std::string_view name) const {
  if (auto own = find_tag(request_.principal->session_tags, name)) return own;
  return find_tag(request_.principal_tags, name);
}

// aws:username is there for IAM users only; aws:PrincipalArn is the role's, not the session's.
std::optional<std::string> RequestKeys::of_principal(std::string_view key) const {
  const Principal& who = *request_.principal;
  const bool nobody = who.kind == Kind::Service || who.kind == Kind::Anonymous || who.kind == Kind::WebIdentity;
  if (key == "aws:username") return who.kind == Kind::User ? unless_empty(who.name) : std::nullopt;
  if (key == "aws:userid") return unless_empty(who.user_id);
  if (key == "aws:principaltype") return type_name(who.kind);
  if (key == "aws:principalaccount") return nobody ? std::nullopt : unless_empty(who.account);
  if (key == "aws:principalarn") {
    if (nobody) return std::nullopt;
    return unless_empty(who.kind == Kind::RoleSession ? who.role_arn : who.arn);
  }
  if (key == "aws:principalisawsservice") return who.kind == Kind::Service ? "true" : "false";
  if (key == "aws:principalservicename" || key == "aws:principalservicenameslist") {
    return who.kind == Kind::Service ? unless_empty(who.arn) : std::nullopt;
  }
  return std::nullopt;
}

// Temporary credentials have these, long-term keys none of them.
std::optional<std::string> RequestKeys::of_session(std::string_view key) const {
  const Principal& who = *request_.principal;
  if (key == "aws:sourceidentity") return unless_empty(who.source_identity);
  if (key == "aws:federatedprovider") return unless_empty(who.federated_provider);
  if (!who.token_issued) return std::nullopt;
  if (key == "aws:tokenissuetime") return iso8601_seconds(*who.token_issued);
  if (key == "aws:multifactorauthpresent") return who.mfa_at ? "true" : "false";
  if (key == "aws:multifactorauthage" && who.mfa_at) {
    return std::to_string((epoch_ms(request_.now) - epoch_ms(*who.mfa_at)) / 1000);
  }
  return std::nullopt;
}

std::optional<std::string> RequestKeys::derived(std::string_view key) const {
  if (!key.starts_with("aws:")) return std::nullopt;
  constexpr std::string_view kPrincipalTag = "aws:principaltag/";
  if (key.starts_with(kPrincipalTag)) return principal_tag(key.substr(kPrincipalTag.size()));
  if (key == "aws:resourceaccount") {
    return unless_empty(request_.resource_account.empty() ? request_.principal->account
                                                          : std::string(request_.resource_account));
  }
  if (key == "aws:currenttime") return iso8601_seconds(request_.now);
  if (key == "aws:epochtime") return std::to_string(epoch_ms(request_.now) / 1000);
  if (auto value = of_principal(key)) return value;
  return of_session(key);
}

const Context::Values* RequestKeys::from_source(std::string_view key) const {
  if (request_.source == nullptr) return nullptr;
  for (const auto& one : asked_) {
    if (one->key == key) return one->values ? &*one->values : nullptr;
  }
  asked_.push_back(std::make_unique<const Known>(Known{std::string(key), request_.source->find(key)}));
  const Known& known = *asked_.back();
  return known.values ? &*known.values : nullptr;
}

KeyValues RequestKeys::values(std::string_view key) const {
  KeyValues out;
  if (request_.context != nullptr) out.many = request_.context->find(key);
  if (out.many != nullptr) {
    out.present = true;
    return out;
  }
  if (auto value = derived(key)) {
    out.present = true;
    out.one = *std::move(value);
    return out;
  }
  out.many = from_source(key);
  out.present = out.many != nullptr;
  return out;
}

std::optional<std::string> RequestKeys::variable(std::string_view key) const {
  KeyValues found = values(key);
  if (!found.present) return std::nullopt;
  if (found.many == nullptr) return std::move(found.one);
  if (found.many->size() != 1) return std::nullopt;  // "you can't use multivalued keys as variables"
  return found.many->front();
}

}  // namespace orrery::auth
