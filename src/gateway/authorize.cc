#include "gateway/authorize.h"

#include "base/arn.h"

#include <vector>

namespace orrery::gateway {
namespace {

// The keys that every request has (docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html);
// what follows from the principal and the time, evaluate() supplies.
auth::Context global_context(const Call& call, const Access& access) {
  auth::Context context;
  if (!call.source_ip.empty()) context.set("aws:SourceIp", call.source_ip);
  context.set("aws:SecureTransport", std::string(call.secure ? "true" : "false"));
  context.set("aws:RequestedRegion", call.region);
  if (!call.source_arn.empty()) {
    context.set("aws:SourceArn", call.source_arn);
    context.set("aws:SourceAccount", call.account);
  }
  if (const auto agent = call.header("user-agent")) context.set("aws:UserAgent", std::string(*agent));
  for (const auto& [key, value] : access.context) context.add(key, value);
  return context;
}

std::string_view service_prefix(std::string_view action) { return action.substr(0, action.find(':')); }

}  // namespace

Result<std::shared_ptr<const auth::Policy>> PolicyAuthorizer::resource_policy(Reader& reader, const Access& access) {
  for (const Service& service : services_) {
    if (service.resource_policy == nullptr || service.action_prefix() != service_prefix(access.action)) continue;
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
  const bool own_root = call.principal->kind == auth::Principal::Kind::Root && owner == call.principal->account;
  if (own_root && resource == nullptr) return {};

  const PrincipalPolicies own = TRY(identity_.policies_of(reader, *call.principal, call.credential));
  std::vector<const auth::Policy*> identity;
  for (const auto& policy : own.identity) identity.push_back(policy.get());
  std::vector<const auth::Policy*> session;
  for (const auto& policy : own.session) session.push_back(policy.get());

  const auth::Context context = global_context(call, access);
  const auth::Request request{call.principal, access.action, access.resource, owner, &context, call.now};
  auth::Policies policies;
  policies.identity = identity;
  policies.resource = resource.get();
  policies.boundary = own.boundary.get();
  policies.session = session;
  const auth::Decision decision = auth::evaluate(request, policies);
  if (decision.allowed()) return {};

  std::string message = auth::denial_message(request, decision);
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
