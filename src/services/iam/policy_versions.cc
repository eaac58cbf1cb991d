// Up to five versions of a managed policy, one of them the default that holds
// (docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-versioning.html).
#include "services/iam/policies.h"

#include <algorithm>
#include <charconv>

namespace orrery::iam {
namespace {

constexpr std::size_t kVersionsMost = 5;

// "v3" -> 3; 0 for what is no version's name.
int number_of(std::string_view id) {
  int number = 0;
  if (id.size() < 2 || id[0] != 'v') return 0;
  const auto end = std::from_chars(id.data() + 1, id.data() + id.size(), number).ptr;
  return end == id.data() + id.size() ? number : 0;
}

PolicyVersion describe(const identity::PolicyRecord& policy, const identity::PolicyVersionRecord& version) {
  return {encoded_document(version.document), "v" + std::to_string(version.number),
          version.number == policy.default_version, version.created};
}

Result<identity::PolicyVersionRecord> existing_version(Reader& reader, const Call& call,
                                                       const identity::PolicyRecord& policy, const std::string& id) {
  const auto versions = TRY(identity::policy_versions(reader, call.account, policy));
  const auto found = std::ranges::find(versions, number_of(id), &identity::PolicyVersionRecord::number);
  if (found != versions.end()) return *found;
  return fail(errors::NoSuchEntityException("Policy " + policy.arn + " version " + id +
                                            " does not exist or is not attachable."));
}

}  // namespace

Result<std::vector<PolicyVersion>> versions_of(Reader& reader, const Call& call, const identity::PolicyRecord& policy) {
  std::vector<PolicyVersion> out;
  for (const auto& version : TRY(identity::policy_versions(reader, call.account, policy))) {
    out.push_back(describe(policy, version));
  }
  std::ranges::reverse(out);  // newest first
  return out;
}

Result<CreatePolicyVersionResponse> create_policy_version(Call& call, Transaction& tx,
                                                          const CreatePolicyVersionRequest& input) {
  TRY(check_customers(call, "CreatePolicyVersion", input.PolicyArn));
  auto policy = TRY(existing_policy(tx, call, input.PolicyArn));
  TRY(check_document(input.PolicyDocument, auth::PolicyKind::Identity, kManagedPolicyMost));
  const auto versions = TRY(identity::policy_versions(tx, call.account, policy));
  if (versions.size() >= kVersionsMost) {
    return fail(errors::LimitExceededException(
        "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing "
        "version."));
  }
  // Policies from before there were versions have no row of their first.
  if (policy.last_version == 1) TRY(identity::put_policy_version(tx, call.account, policy.name, versions.front()));
  const identity::PolicyVersionRecord version{policy.last_version + 1, input.PolicyDocument, whole_seconds(call.now)};
  TRY(identity::put_policy_version(tx, call.account, policy.name, version));
  policy.last_version = version.number;
  policy.updated = version.created;
  if (input.SetAsDefault.value_or(false)) {
    policy.default_version = version.number;
    policy.document = version.document;
  }
  TRY(identity::put_policy(tx, call.account, policy));
  CreatePolicyVersionResponse output;
  output.PolicyVersion = describe(policy, version);
  output.PolicyVersion->Document.reset();
  return output;
}

Result<GetPolicyVersionResponse> get_policy_version(Call& call, Reader& reader, const GetPolicyVersionRequest& input) {
  const auto policy = TRY(existing_policy(reader, call, input.PolicyArn));
  GetPolicyVersionResponse output;
  output.PolicyVersion = describe(policy, TRY(existing_version(reader, call, policy, input.VersionId)));
  return output;
}

Result<ListPolicyVersionsResponse> list_policy_versions(Call& call, Reader& reader,
                                                        const ListPolicyVersionsRequest& input) {
  auto all = TRY(versions_of(reader, call, TRY(existing_policy(reader, call, input.PolicyArn))));
  for (auto& version : all) version.Document.reset();  // GetPolicyVersion's alone
  ListPolicyVersionsResponse output;
  end_page(output, TRY(list_page(all, input, output.Versions.emplace())));
  return output;
}

Result<wire::Empty> delete_policy_version(Call& call, Transaction& tx, const DeletePolicyVersionRequest& input) {
  TRY(check_customers(call, "DeletePolicyVersion", input.PolicyArn));
  const auto policy = TRY(existing_policy(tx, call, input.PolicyArn));
  const auto version = TRY(existing_version(tx, call, policy, input.VersionId));
  if (version.number == policy.default_version) {
    return fail(errors::DeleteConflictException("Cannot delete the default version of a policy."));
  }
  TRY(identity::erase_policy_version(tx, call.account, policy.name, version.number));
  return wire::Empty{};
}

Result<wire::Empty> set_default_policy_version(Call& call, Transaction& tx,
                                               const SetDefaultPolicyVersionRequest& input) {
  TRY(check_customers(call, "SetDefaultPolicyVersion", input.PolicyArn));
  auto policy = TRY(existing_policy(tx, call, input.PolicyArn));
  const auto version = TRY(existing_version(tx, call, policy, input.VersionId));
  policy.default_version = version.number;
  policy.document = version.document;
  policy.updated = whole_seconds(call.now);
  TRY(identity::put_policy(tx, call.account, policy));
  return wire::Empty{};
}

}  // namespace orrery::iam
