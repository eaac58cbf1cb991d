#include "auth/request_keys.h"

#include <algorithm>

namespace orrery::auth {
namespace {

using Kind = Principal::Kind;

bool same(std::string_view key, std::string_view lower_case) {
  return key.size() == lower_case.size() && std::equal(key.begin(), key.end(), lower_case.begin(), [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
         });
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

// Keys of the principal; aws:username is there for IAM users only.
std::optional<std::string> RequestKeys::derived(std::string_view key) const {
  const Principal& who = *request_.principal;
  if (same(key, "aws:username")) return who.kind == Kind::User ? unless_empty(who.name) : std::nullopt;
  if (same(key, "aws:userid")) return unless_empty(who.user_id);
  if (same(key, "aws:principaltype")) return type_name(who.kind);
  if (same(key, "aws:principalaccount")) return unless_empty(who.account);
  if (same(key, "aws:principalarn")) {
    if (who.kind == Kind::Service || who.kind == Kind::Anonymous) return std::nullopt;
    return who.kind == Kind::RoleSession ? unless_empty(who.role_arn) : unless_empty(who.arn);
  }
  if (same(key, "aws:principalisawsservice")) return who.kind == Kind::Service ? "true" : "false";
  if (same(key, "aws:principalservicename")) return who.kind == Kind::Service ? unless_empty(who.arn) : std::nullopt;
  if (same(key, "aws:resourceaccount")) {
    return request_.resource_account.empty() ? unless_empty(who.account) : std::string(request_.resource_account);
  }
  if (same(key, "aws:currenttime")) return iso8601_seconds(request_.now);
  if (same(key, "aws:epochtime")) return std::to_string(epoch_ms(request_.now) / 1000);
  return std::nullopt;
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
  }
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
