// The policy simulator: policies taken apart into statements, so that each result can say which of them mattered.
#pragma once

#include "services/iam/shared.h"

namespace orrery::iam {

// A policy and where it comes from.
struct PolicySource {
  std::string id;    // "PolicyInputList.1", "ReadOnlyAccess", "user_ann_inline"
  std::string type;  // "IAM Policy", "user", "group", "role", "aws-managed", "user-managed", "Resource Policy"
  std::string document;
  std::string arn;  // managed ones
};

// One statement, compiled on its own.
struct StatementPart {
  iam::Statement shown;
  auth::Policy policy;
  auth::Policy unconditional;     // the same without its conditions
  std::vector<std::string> keys;  // context keys of its conditions and variables, as they are spelled
};

// Error: InvalidInput for what is no policy, with the parser's reason.
Result<std::vector<StatementPart>> take_apart(const PolicySource& source, auth::PolicyKind kind);
// The context keys that a policy names, in order, each once.
Result<std::vector<std::string>> context_keys(std::string_view document);

// What holds for a user, group or role. Errors: InvalidInput, NoSuchEntity.
struct PrincipalSources {
  std::vector<PolicySource> policies;
  std::string boundary;  // its document; empty: none
};
Result<PrincipalSources> sources_of(Reader& reader, const Call& call, const std::string& arn);

Result<SimulatePolicyResponse> simulate_custom_policy(Call& call, Reader& reader,
                                                      const SimulateCustomPolicyRequest& input);
Result<SimulatePolicyResponse> simulate_principal_policy(Call& call, Reader& reader,
                                                         const SimulatePrincipalPolicyRequest& input);
Result<GetContextKeysForPolicyResponse> get_context_keys_for_custom_policy(
    Call& call, Reader& reader, const GetContextKeysForCustomPolicyRequest& input);
Result<GetContextKeysForPolicyResponse> get_context_keys_for_principal_policy(
    Call& call, Reader& reader, const GetContextKeysForPrincipalPolicyRequest& input);

}  // namespace orrery::iam
