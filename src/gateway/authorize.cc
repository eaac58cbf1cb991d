#include "gateway/authorize.h"

#include "base/arn.h"
#include "base/json.h"
#include "base/log.h"
#include "gateway/request_context.h"

#include <utility>
#include <vector>

namespace orrery::gateway {
namespace {

std::vector<const auth::Policy*> borrowed(const std::vector<std::shared_ptr<const auth::Policy>>& policies) {
  std::vector<const auth::Policy*> out;
  out.reserve(policies.size());
  for (const auto& policy : policies) out.push_back(policy.get());
  return out;
}

void note(const Call& call, const Access& access, const auth::Decision& decision, const auth::PolicyNames& names = {}) {
  if (call.judged == nullptr) return;
  const bool decided = decision.statement_index >= 0;
  call.judged->push_back({access.action,
                          access.resource,
                          decision.outcome,
                          decision.source,
                          decision.policy_index,
                          decision.statement_index,
                          true,
                          {},
                          decided ? auth::policy_name(names, decision.source, decision.policy_index) : std::string()});
}

auth::PolicyNames names_of(const Call& call, const PrincipalPolicies& own) {
  auth::PolicyNames names;
  if (own.identity_names != nullptr) names.identity = *own.identity_names;
  if (call.credential != nullptr) names.session = call.credential->session_policy_names;
  names.boundary = own.boundary_name;
  return names;
}

std::string_view source_name(auth::Source source) {
  switch (source) {
    case auth::Source::Identity:
      return "identity";
    case auth::Source::Resource:
      return "resource";
    case auth::Source::Boundary:
      return "boundary";
    case auth::Source::Session:
      return "session";
    case auth::Source::Trust:
      return "trust";
    case auth::Source::None:
      break;
  }
  return "none";
}

}  // namespace

std::string explained(const auth::Trace& trace) {
  json::array steps;
  for (const std::string& step : trace.steps) steps.emplace_back(step);
  json::array statements;
  for (const auth::StatementTrace& one : trace.statements) {
    statements.push_back(json::object{{"kind", source_name(one.source)},
                                      {"policy", one.policy},
                                      {"statement", one.statement_index + 1},
                                      {"sid", one.sid},
                                      {"effect", one.effect == auth::Effect::Allow ? "Allow" : "Deny"},
                                      {"applies", one.obstacle.empty()},
                                      {"obstacle", one.obstacle}});
  }
  return to_text(json::object{{"steps", std::move(steps)}, {"statements", std::move(statements)}});
}

Result<std::shared_ptr<const auth::Policy>> PolicyAuthorizer::resource_policy(Reader& reader, const Access& access) {
  const std::string_view prefix = std::string_view(access.action).substr(0, access.action.find(':'));
  for (const Service& service : services_) {
    if (service.resource_policy == nullptr || service.action_prefix() != prefix) continue;
    const auto text = TRY(service.resource_policy(service.self, reader, access.resource));
    if (text) return identity_.compile(*text, service.resource_policy_kind);
  }
  return std::shared_ptr<const auth::Policy>();
}

Result<> PolicyAuthorizer::check(Reader& reader, const Call& call, const Access& access) {
  const auto resource = TRY(resource_policy(reader, access));
  const auto arn = Arn::parse(access.resource);
  // "aws" owns the managed policies that every account has as its own.
  const bool named = arn && !arn->account.empty() && arn->account != "aws";
  const std::string owner = named ? arn->account : call.account;
  // Temporary credentials of the root have limits of their own (GetSessionToken).
  const bool limited = call.credential != nullptr && !call.credential->session_policies.empty();
  const bool own_root =
      call.principal->kind == auth::Principal::Kind::Root && owner == call.principal->account && !limited;
  if (own_root && resource == nullptr) {
    note(call, access, {auth::Outcome::Allowed, auth::Source::None, nullptr, -1, -1});
    return {};
  }
  const PrincipalPolicies own = TRY(identity_.policies_of(reader, *call.principal, call.credential));
  const auto identity = borrowed(own.identity);
  const auto session = borrowed(own.session);
  const RequestContext context(services_, reader, call, access);
  auth::Request request;
  request.principal = call.principal;
  request.action = access.action;
  request.resource = access.resource;
  request.resource_account = owner;
  request.now = call.now;
  request.source = &context;
  request.principal_tags = own.tags;
  auth::Policies policies;
  policies.identity = identity;
  policies.resource = resource.get();
  policies.boundary = own.boundary.get();
  policies.session = session;
  std::string resource_name;
  policies.names = names_of(call, own);
  if (resource != nullptr) {
    resource_name = resource->kind == auth::PolicyKind::Trust ? "trust policy of " : "resource policy of ";
    resource_name += access.resource;
    policies.names.resource = resource_name;
  }
  const auth::Decision decision = auth::evaluate(request, policies);
  TRY(context.status());
  note(call, access, decision, policies.names);
  return decision.allowed() ? Result<>() : refuse(call, request, policies, decision);
}

Result<> PolicyAuthorizer::refuse(const Call& call, const auth::Request& request, const auth::Policies& policies,
                                  const auth::Decision& decision) const {
  std::string message = auth::denial_message(request, decision);
  if (call.judged != nullptr) {
    call.judged->back().steps = explained(auth::trace(request, policies));
    call.judged->back().enforced = mode_ == IamMode::Enforce;
  }
  if (mode_ == IamMode::Audit) {
    log::warning("would be denied", {{"id", call.request_id}, {"reason", message}});
    return {};
  }
  const std::string remedy = auth::suggested_statement(request, decision);
  if (!remedy.empty()) message += ". A statement that would allow it: " + remedy;
  return fail(api_error("AccessDenied", std::move(message), 403));
}

Result<> PolicyAuthorizer::check_all(Reader& reader, const Call& call, const Operation& operation, const void* input) {
  const auto accesses = TRY(operation.authorize(operation.action, call, reader, input));
  for (const Access& access : accesses) TRY(check(reader, call, access));
  return {};
}

}  // namespace orrery::gateway
