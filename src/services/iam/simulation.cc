#include "services/iam/simulation.h"

#include "base/arn.h"
#include "services/iam/policies.h"
#include "services/identity/managed_policies.h"

#include <algorithm>

namespace orrery::iam {
namespace {

// Everything that the requests of one simulation have in common.
struct Scene {
  std::vector<StatementPart> identity, resource, boundary;
  bool bounded = false;
  auth::Principal caller;
  auth::Context context;
  std::string resource_account;
  Instant now;
};

std::vector<const auth::Policy*> pointers(const std::vector<StatementPart>& parts) {
  std::vector<const auth::Policy*> out;
  out.reserve(parts.size());
  for (const auto& part : parts) out.push_back(&part.policy);
  return out;
}

// All statements of a kind in one policy again.
auth::Policy joined(const std::vector<StatementPart>& parts) {
  auth::Policy policy;
  if (!parts.empty()) policy = parts.front().policy;
  policy.statements.clear();
  for (const auto& part : parts) policy.statements.push_back(part.policy.statements.front());
  return policy;
}

class Simulator {
 public:
  explicit Simulator(const Scene& scene)
      : scene_(scene), resource_(joined(scene.resource)), boundary_(joined(scene.boundary)) {}

  EvaluationResult run(const std::string& action, const std::string& resource, bool named) const {
    const auth::Request request{&scene_.caller, action, resource, scene_.resource_account, &scene_.context, scene_.now};
    const auto identity = pointers(scene_.identity);
    auth::Policies policies;
    policies.identity = identity;
    if (!scene_.resource.empty()) policies.resource = &resource_;
    if (scene_.bounded) policies.boundary = &boundary_;
    const auth::Decision decision = auth::evaluate(request, policies);

    EvaluationResult result;
    result.EvalActionName = action;
    result.EvalResourceName = resource;
    result.EvalDecision = decision.allowed()                                ? "allowed"
                          : decision.outcome == auth::Outcome::ExplicitDeny ? "explicitDeny"
                                                                            : "implicitDeny";
    result.MatchedStatements = matched(request, decision);
    result.MissingContextValues = missing(request);
    if (scene_.bounded) {
      const auth::Policy* only[] = {&boundary_};
      auth::Policies bound;
      bound.identity = only;
      result.PermissionsBoundaryDecisionDetail =
          PermissionsBoundaryDecisionDetail{auth::evaluate(request, bound).allowed()};
    }
    if (named) {
      ResourceSpecificResult specific;
      specific.EvalResourceName = resource;
      specific.EvalResourceDecision = result.EvalDecision;
      specific.MatchedStatements = result.MatchedStatements;
      specific.MissingContextValues = result.MissingContextValues;
      specific.PermissionsBoundaryDecisionDetail = result.PermissionsBoundaryDecisionDetail;
      result.ResourceSpecificResults = {std::move(specific)};
    }
    return result;
  }

 private:
  static auth::Outcome outcome_of(const auth::Request& request, const auth::Policy& policy) {
    const auth::Policy* only[] = {&policy};
    auth::Policies alone;
    if (policy.kind == auth::PolicyKind::Identity) {
      alone.identity = only;
    } else {
      alone.resource = &policy;
    }
    return auth::evaluate(request, alone).outcome;
  }

  // With an explicit deny the statements that deny, else those that allow.
  std::vector<iam::Statement> matched(const auth::Request& request, const auth::Decision& decision) const {
    const auto wanted =
        decision.outcome == auth::Outcome::ExplicitDeny ? auth::Outcome::ExplicitDeny : auth::Outcome::Allowed;
    std::vector<iam::Statement> out;
    for (const auto* parts : {&scene_.identity, &scene_.resource, &scene_.boundary}) {
      if (parts == &scene_.boundary && wanted == auth::Outcome::Allowed) continue;
      for (const auto& part : *parts) {
        if (outcome_of(request, part.policy) == wanted) out.push_back(part.shown);
      }
    }
    return out;
  }

  // Keys of statements that would apply but for their conditions.
  std::vector<std::string> missing(const auth::Request& request) const {
    std::vector<std::string> out;
    for (const auto* parts : {&scene_.identity, &scene_.resource, &scene_.boundary}) {
      for (const auto& part : *parts) {
        if (outcome_of(request, part.unconditional) == auth::Outcome::ImplicitDeny) continue;
        for (const auto& key : part.keys) {
          if (!is_known(key) && std::ranges::find(out, key) == out.end()) out.push_back(key);
        }
      }
    }
    return out;
  }

  bool is_known(const std::string& key) const {
    if (scene_.context.find(key) != nullptr) return true;
    // What the simulator knows without being told.
    const std::string low = identity::lower(key);
    const bool of_caller = low == "aws:username" || low == "aws:userid" || low == "aws:principalarn" ||
                           low == "aws:principalaccount" || low == "aws:principaltype";
    return of_caller && !scene_.caller.arn.empty();
  }

  const Scene& scene_;
  auth::Policy resource_, boundary_;
};

auth::Principal principal_of(const std::string& arn) {
  auth::Principal principal;
  const auto parsed = Arn::parse(arn);
  principal.kind = auth::Principal::Kind::User;
  principal.arn = arn;
  if (!parsed) return principal;
  principal.account = parsed->account;
  principal.name = identity::name_in_arn(arn);
  if (parsed->resource.starts_with("role/")) {
    principal.kind = auth::Principal::Kind::RoleSession;
    principal.role_arn = arn;
  }
  return principal;
}

template <class In>
Result<> fill(Scene& scene, const Call& call, const In& input) {
  if (input.ResourcePolicy) {
    scene.resource =
        TRY(take_apart({"ResourcePolicy", "Resource Policy", *input.ResourcePolicy, ""}, auth::PolicyKind::Resource));
  }
  if (input.PermissionsBoundaryPolicyInputList && !input.PermissionsBoundaryPolicyInputList->empty()) {
    scene.bounded = true;
    scene.boundary = TRY(take_apart(
        {"PermissionsBoundaryPolicyInputList.1", "IAM Policy", input.PermissionsBoundaryPolicyInputList->front(), ""},
        auth::PolicyKind::Identity));
  }
  if (input.ContextEntries) {
    for (const auto& entry : *input.ContextEntries) {
      if (entry.ContextKeyName) {
        scene.context.set(*entry.ContextKeyName, entry.ContextKeyValues.value_or(std::vector<std::string>()));
      }
    }
  }
  if (input.CallerArn) scene.caller = principal_of(*input.CallerArn);
  if (scene.caller.account.empty()) scene.caller.account = call.account;
  if (input.ResourceOwner) {
    const auto owner = Arn::parse(*input.ResourceOwner);
    scene.resource_account = owner ? owner->account : *input.ResourceOwner;
  }
  scene.now = call.now;
  return {};
}

template <class In>
Result<SimulatePolicyResponse> run(const Scene& scene, const In& input) {
  const Simulator simulator(scene);
  std::vector<EvaluationResult> all;
  const bool named = input.ResourceArns && !input.ResourceArns->empty();
  const auto resources = named ? *input.ResourceArns : std::vector<std::string>{"*"};
  for (const auto& action : input.ActionNames) {
    const auto colon = action.find(':');
    // "This operation does not support using wildcards (*) in an action name."
    if (colon == std::string::npos || colon == 0 || colon + 1 == action.size() ||
        action.find('*') != std::string::npos) {
      return fail(errors::InvalidInputException("Invalid Action: " + action));
    }
    for (const auto& resource : resources) all.push_back(simulator.run(action, resource, named));
  }
  SimulatePolicyResponse output;
  end_page(output, TRY(list_page(all, input, output.EvaluationResults.emplace())));
  return output;
}

Result<> add_input_list(std::vector<PolicySource>& sources, const std::vector<std::string>& documents) {
  int number = 0;
  for (const auto& document : documents) {
    sources.push_back({"PolicyInputList." + std::to_string(++number), "IAM Policy", document, ""});
  }
  return {};
}

Result<> add_parts(Scene& scene, const std::vector<PolicySource>& sources) {
  for (const auto& source : sources) {
    for (auto& part : TRY(take_apart(source, auth::PolicyKind::Identity))) scene.identity.push_back(std::move(part));
  }
  return {};
}

Result<> add_sources(Reader& reader, const Call& call, const Entity& entity, std::vector<PolicySource>& sources) {
  const std::string type = entity.kind == EntityKind::User    ? "user"
                           : entity.kind == EntityKind::Group ? "group"
                                                              : "role";
  const auto cursor = reader.scan(prefix_range(identity::inline_prefix(entity)));
  while (cursor->next()) {
    sources.push_back(
        {type + "_" + entity.name + "_" + identity::last_part(cursor->key()), type, std::string(cursor->value()), ""});
  }
  TRY(cursor->status());
  for (const auto& arn : TRY(values_of(reader, identity::attached_prefix(entity)))) {
    const auto policy = TRY(existing_policy(reader, call, arn));
    const bool aws = identity::find_managed_policy(arn) != nullptr;
    sources.push_back({policy.name, aws ? "aws-managed" : "user-managed", policy.document, arn});
  }
  return {};
}

bool excluded(const PolicySource& source, const std::optional<std::vector<PolicyIdentifier>>& list) {
  if (!list) return false;
  return std::ranges::any_of(*list, [&](const PolicyIdentifier& one) {
    if (one.PolicyArn) return source.arn == *one.PolicyArn;
    if (!one.InlinePolicyIdentifier) return false;
    const auto& inlined = *one.InlinePolicyIdentifier;
    return source.id == inlined.AttachmentType + "_" + inlined.AttachmentName + "_" + inlined.PolicyName;
  });
}

}  // namespace

Result<PrincipalSources> sources_of(Reader& reader, const Call& call, const std::string& arn) {
  const auto [entity, boundary] = TRY(entity_of_arn(reader, call, arn));
  PrincipalSources out;
  TRY(add_sources(reader, call, entity, out.policies));
  for (const auto& group : TRY(groups_of(reader, entity))) TRY(add_sources(reader, call, group, out.policies));
  if (!boundary.empty()) out.boundary = TRY(existing_policy(reader, call, boundary)).document;
  return out;
}

Result<SimulatePolicyResponse> simulate_custom_policy(Call& call, Reader&, const SimulateCustomPolicyRequest& input) {
  Scene scene;
  scene.caller.kind = auth::Principal::Kind::User;
  std::vector<PolicySource> sources;
  TRY(add_input_list(sources, input.PolicyInputList));
  TRY(add_parts(scene, sources));
  TRY(fill(scene, call, input));
  return run(scene, input);
}

Result<SimulatePolicyResponse> simulate_principal_policy(Call& call, Reader& reader,
                                                         const SimulatePrincipalPolicyRequest& input) {
  auto sources = TRY(sources_of(reader, call, input.PolicySourceArn));
  std::erase_if(sources.policies,
                [&](const PolicySource& source) { return excluded(source, input.PolicyExclusionList); });
  if (input.PolicyInputList) TRY(add_input_list(sources.policies, *input.PolicyInputList));
  Scene scene;
  scene.caller = principal_of(input.PolicySourceArn);
  TRY(add_parts(scene, sources.policies));
  if (!sources.boundary.empty()) {
    scene.bounded = true;
    scene.boundary =
        TRY(take_apart({"PermissionsBoundary", "user-managed", sources.boundary, ""}, auth::PolicyKind::Identity));
  }
  TRY(fill(scene, call, input));
  return run(scene, input);
}

Result<GetContextKeysForPolicyResponse> get_context_keys_for_custom_policy(
    Call&, Reader&, const GetContextKeysForCustomPolicyRequest& input) {
  GetContextKeysForPolicyResponse output;
  auto& names = output.ContextKeyNames.emplace();
  for (const auto& document : input.PolicyInputList) {
    for (auto& key : TRY(context_keys(document))) {
      if (std::ranges::find(names, key) == names.end()) names.push_back(std::move(key));
    }
  }
  return output;
}

Result<GetContextKeysForPolicyResponse> get_context_keys_for_principal_policy(
    Call& call, Reader& reader, const GetContextKeysForPrincipalPolicyRequest& input) {
  const auto sources = TRY(sources_of(reader, call, input.PolicySourceArn));
  std::vector<std::string> documents;
  for (const auto& source : sources.policies) documents.push_back(source.document);
  for (const auto& document : input.PolicyInputList.value_or(std::vector<std::string>())) documents.push_back(document);
  GetContextKeysForPolicyResponse output;
  auto& names = output.ContextKeyNames.emplace();
  for (const auto& document : documents) {
    for (auto& key : TRY(context_keys(document))) {
      if (std::ranges::find(names, key) == names.end()) names.push_back(std::move(key));
    }
  }
  return output;
}

}  // namespace orrery::iam
