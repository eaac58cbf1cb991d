#include "services/iam/policies.h"

#include "base/arn.h"
#include "services/identity/managed_policies.h"
#include "services/paging.h"

namespace orrery::iam {
namespace {

// When AWS's own policies first appeared; they have no other date here.
constexpr Instant kManagedSince{std::chrono::sys_days{std::chrono::year{2015} / 2 / 6}};

Result<std::int64_t> uses(Reader& reader, const Call& call, std::string_view arn, identity::PolicyUse use) {
  std::int64_t count = 0;
  for (const EntityKind kind : {EntityKind::User, EntityKind::Group, EntityKind::Role}) {
    count += TRY(count_keys(reader, identity::policy_use_prefix(call.account, arn, kind, use)));
  }
  return count;
}

identity::PolicyRecord as_record(const identity::ManagedPolicy& aws) {
  identity::PolicyRecord record;
  record.name = aws.name;
  record.path = aws.path;
  record.id = aws.id;
  record.arn = aws.arn;
  record.document = aws.document;
  record.description = aws.description;
  record.created = kManagedSince;
  record.updated = kManagedSince;
  return record;
}

}  // namespace

std::vector<identity::PolicyRecord> aws_policies() {
  std::vector<identity::PolicyRecord> all;
  for (const auto& aws : identity::managed_policies()) all.push_back(as_record(aws));
  return all;
}

Result<Policy> describe(Reader& reader, const Call& call, const identity::PolicyRecord& record) {
  Policy policy;
  policy.PolicyName = record.name;
  policy.PolicyId = record.id;
  policy.Arn = record.arn;
  policy.Path = record.path;
  policy.DefaultVersionId = "v" + std::to_string(record.default_version);
  policy.AttachmentCount = TRY(uses(reader, call, record.arn, identity::PolicyUse::Permissions));
  policy.PermissionsBoundaryUsageCount = TRY(uses(reader, call, record.arn, identity::PolicyUse::Boundary));
  policy.IsAttachable = true;
  policy.CreateDate = record.created;
  policy.UpdateDate = record.updated;
  return policy;
}

Result<identity::PolicyRecord> existing_policy(Reader& reader, const Call& call, const std::string& arn) {
  if (const auto* aws = identity::find_managed_policy(arn)) return as_record(*aws);
  auto policy = TRY(identity::get_policy(reader, call.account, identity::name_in_arn(arn)));
  if (!policy || policy->arn != arn) {
    return fail(errors::NoSuchEntityException("Policy " + arn + " was not found."));
  }
  return *std::move(policy);
}

Result<> check_customers(const Call& call, std::string_view action, const std::string& arn) {
  if (arn.find(":iam::aws:policy/") == std::string::npos) return {};
  return fail(api_error("AccessDenied",
                        "User: " + call.principal->arn + " is not authorized to perform: iam:" + std::string(action) +
                            " on resource: policy " + arn,
                        403));
}

Result<std::string> taggable_policy(Reader& reader, const Call& call, const std::string& arn) {
  if (identity::find_managed_policy(arn) != nullptr) {
    return fail(errors::InvalidInputException("AWS managed policies cannot be tagged."));
  }
  return TRY(existing_policy(reader, call, arn)).arn;
}

Result<CreatePolicyResponse> create_policy(Call& call, Transaction& tx, const CreatePolicyRequest& input) {
  if (TRY(identity::get_policy(tx, call.account, input.PolicyName)) ||
      TRY(name_taken(tx, call, "policy", input.PolicyName))) {
    return fail(errors::EntityAlreadyExistsException("A policy called " + input.PolicyName +
                                                     " already exists. Duplicate names are not allowed."));
  }
  TRY(check_document(input.PolicyDocument, auth::PolicyKind::Identity, kManagedPolicyMost));
  identity::PolicyRecord record;
  record.name = input.PolicyName;
  record.path = input.Path.value_or("/");
  record.id = new_id(call, "ANPA");
  record.arn = make_arn("iam", "", call.account, "policy" + record.path + record.name);
  record.document = input.PolicyDocument;
  record.description = input.Description.value_or("");
  record.created = record.updated = whole_seconds(call.now);
  TRY(identity::put_policy(tx, call.account, record));
  TRY(identity::put_policy_version(tx, call.account, record.name, {1, record.document, record.created}));
  TRY(take_name(tx, call, "policy", record.name));
  if (input.Tags) TRY(put_tags(tx, record.arn, *input.Tags));

  CreatePolicyResponse output;
  output.Policy = TRY(describe(tx, call, record));
  output.Policy->Tags = TRY(tag_list(tx, record.arn));
  return output;
}

Result<GetPolicyResponse> get_policy(Call& call, Reader& reader, const GetPolicyRequest& input) {
  const auto record = TRY(existing_policy(reader, call, input.PolicyArn));
  GetPolicyResponse output;
  output.Policy = TRY(describe(reader, call, record));
  if (!record.description.empty()) output.Policy->Description = record.description;
  output.Policy->Tags = TRY(tag_list(reader, input.PolicyArn)).value_or(std::vector<Tag>());
  return output;
}

// Customer policies first, then AWS's; the marker of the second part is "aws:" and a name.
Result<ListPoliciesResponse> list_policies(Call& call, Reader& reader, const ListPoliciesRequest& input) {
  ListPoliciesResponse output;
  output.Policies.emplace();
  const std::string scope = input.Scope.value_or("All");
  const std::string path = input.PathPrefix.value_or("/");
  const std::string usage = input.PolicyUsageFilter.value_or("");
  const std::int64_t most = input.MaxItems.value_or(100);
  const auto wanted = [&](const Policy& policy) {
    if (!policy.Path->starts_with(path)) return false;
    if (input.OnlyAttached.value_or(false) && *policy.AttachmentCount == 0) return false;
    if (usage == "PermissionsPolicy") return *policy.AttachmentCount > 0;
    return usage != "PermissionsBoundary" || *policy.PermissionsBoundaryUsageCount > 0;
  };
  const auto position = input.Marker ? page_position(*input.Marker) : std::nullopt;
  const bool in_aws = position && position->starts_with("aws:");
  if (scope != "AWS" && !in_aws) {
    output.Marker = TRY(scan_page(
        reader, identity::policies_prefix(call.account), {input.Marker, most}, [&](Cursor& cursor) -> Result<bool> {
          auto policy = TRY(describe(reader, call, TRY(identity::decode_policy(cursor.value()))));
          if (!wanted(policy)) return false;
          output.Policies->push_back(std::move(policy));
          return true;
        }));
  }
  if (scope != "Local" && !output.Marker) {
    for (const auto& aws : identity::managed_policies()) {
      if (in_aws && aws.arn < std::string_view(*position).substr(4)) continue;
      if (static_cast<std::int64_t>(output.Policies->size()) == most) {
        output.Marker = page_token("aws:" + std::string(aws.arn));
        break;
      }
      auto policy = TRY(describe(reader, call, as_record(aws)));
      if (wanted(policy)) output.Policies->push_back(std::move(policy));
    }
  }
  output.IsTruncated = output.Marker.has_value();
  return output;
}

Result<wire::Empty> delete_policy(Call& call, Transaction& tx, const DeletePolicyRequest& input) {
  TRY(check_customers(call, "DeletePolicy", input.PolicyArn));
  const auto policy = TRY(existing_policy(tx, call, input.PolicyArn));
  if (TRY(uses(tx, call, policy.arn, identity::PolicyUse::Permissions)) > 0 ||
      TRY(uses(tx, call, policy.arn, identity::PolicyUse::Boundary)) > 0) {
    return fail(errors::DeleteConflictException("Cannot delete a policy attached to entities."));
  }
  if (TRY(identity::policy_versions(tx, call.account, policy)).size() > 1) {
    return fail(errors::DeleteConflictException(
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. "
        "The default version is deleted with the policy."));
  }
  TRY(identity::erase_policy_version(tx, call.account, policy.name, policy.default_version));
  TRY(tx.erase(identity::policy_key(call.account, policy.name)));
  TRY(free_name(tx, call, "policy", policy.name));
  TRY(erase_tags(tx, policy.arn));
  return wire::Empty{};
}

}  // namespace orrery::iam
