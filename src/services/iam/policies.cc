#include "base/arn.h"
#include "services/iam/operations.h"
#include "services/identity/managed_policies.h"
#include "services/paging.h"

namespace orrery::iam {
namespace {

constexpr std::size_t kManagedPolicyMost = 6144;  // characters
// When AWS's own policies first appeared; they have no other date here.
constexpr Instant kManagedSince{std::chrono::sys_days{std::chrono::year{2015} / 2 / 6}};

Result<std::int64_t> count_keys(Reader& reader, const std::string& prefix) {
  std::int64_t count = 0;
  const auto cursor = reader.scan(prefix_range(prefix));
  while (cursor->next()) ++count;
  TRY(cursor->status());
  return count;
}

Result<std::int64_t> attachments(Reader& reader, const Call& call, std::string_view arn) {
  return count_keys(reader, identity::policy_roles_prefix(call.account, arn));
}

// Roles that the policy bounds.
Result<std::int64_t> boundaries(Reader& reader, const Call& call, std::string_view arn) {
  return count_keys(reader, identity::bounded_roles_prefix(call.account, arn));
}

Result<Policy> describe(Reader& reader, const Call& call, const identity::PolicyRecord& record) {
  Policy policy;
  policy.PolicyName = record.name;
  policy.PolicyId = record.id;
  policy.Arn = record.arn;
  policy.Path = record.path;
  policy.DefaultVersionId = "v1";
  policy.AttachmentCount = TRY(attachments(reader, call, record.arn));
  policy.PermissionsBoundaryUsageCount = TRY(boundaries(reader, call, record.arn));
  policy.IsAttachable = true;
  if (!record.description.empty()) policy.Description = record.description;
  policy.CreateDate = record.created;
  policy.UpdateDate = record.created;
  return policy;
}

identity::PolicyRecord as_record(const identity::ManagedPolicy& aws) {
  identity::PolicyRecord record;
  record.name = aws.name;
  record.path = aws.path;
  record.id = "ANPA" + std::string(aws.name.substr(0, 17));
  record.arn = aws.arn;
  record.document = aws.document;
  record.created = kManagedSince;
  return record;
}

Result<identity::PolicyRecord> existing_policy(Reader& reader, const Call& call, const std::string& arn) {
  if (const auto* aws = identity::find_managed_policy(arn)) return as_record(*aws);
  auto policy = TRY(identity::get_policy(reader, call.account, identity::name_in_arn(arn)));
  if (!policy || policy->arn != arn) {
    return fail(errors::NoSuchEntityException("Policy " + arn + " was not found."));
  }
  return *std::move(policy);
}

}  // namespace

Result<CreatePolicyResponse> create_policy(Call& call, Transaction& tx, const CreatePolicyRequest& input) {
  if (TRY(identity::get_policy(tx, call.account, input.PolicyName))) {
    return fail(errors::EntityAlreadyExistsException("A policy called " + input.PolicyName +
                                                     " already exists. Duplicate names are not allowed."));
  }
  TRY(check_document(input.PolicyDocument, auth::PolicyKind::Identity, kManagedPolicyMost));
  const TagMap tags = TRY(tags_of(input.Tags));
  identity::PolicyRecord record;
  record.name = input.PolicyName;
  record.path = input.Path.value_or("/");
  record.id = "ANPA" + call.random->token(17, kUpperAlphanumeric);
  record.arn = make_arn("iam", "", call.account, "policy" + record.path + record.name);
  record.document = input.PolicyDocument;
  record.description = input.Description.value_or("");
  record.created = std::chrono::floor<std::chrono::seconds>(call.now);
  TRY(identity::put_policy(tx, call.account, record));
  if (!tags.empty()) TRY(add_tags(tx, record.arn, tags));

  CreatePolicyResponse output;
  output.Policy = TRY(describe(tx, call, record));
  return output;
}

Result<GetPolicyResponse> get_policy(Call& call, Reader& reader, const GetPolicyRequest& input) {
  GetPolicyResponse output;
  output.Policy = TRY(describe(reader, call, TRY(existing_policy(reader, call, input.PolicyArn))));
  const TagMap tags = TRY(get_tags(reader, input.PolicyArn));
  output.Policy->Tags.emplace();
  for (const auto& [key, value] : tags) output.Policy->Tags->push_back({key, value});
  return output;
}

Result<GetPolicyVersionResponse> get_policy_version(Call& call, Reader& reader, const GetPolicyVersionRequest& input) {
  const auto policy = TRY(existing_policy(reader, call, input.PolicyArn));
  if (input.VersionId != "v1") {
    return fail(errors::NoSuchEntityException("Policy " + input.PolicyArn + " version " + input.VersionId +
                                              " does not exist or is not attachable."));
  }
  GetPolicyVersionResponse output;
  output.PolicyVersion = PolicyVersion{encoded_document(policy.document), "v1", true, policy.created};
  return output;
}

// Customer policies first, then AWS's; the marker of the second part is "aws:" and a name.
Result<ListPoliciesResponse> list_policies(Call& call, Reader& reader, const ListPoliciesRequest& input) {
  ListPoliciesResponse output;
  output.Policies.emplace();
  const std::string scope = input.Scope.value_or("All");
  const std::string path = input.PathPrefix.value_or("/");
  const std::int64_t most = input.MaxItems.value_or(100);
  const auto wanted = [&](const Policy& policy) {
    return policy.Path->starts_with(path) && (!input.OnlyAttached.value_or(false) || *policy.AttachmentCount > 0);
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
  if (identity::find_managed_policy(input.PolicyArn) != nullptr) {
    return fail(api_error("AccessDenied",
                          "User: " + call.principal->arn +
                              " is not authorized to perform: iam:DeletePolicy on resource: policy " + input.PolicyArn,
                          403));
  }
  const auto policy = TRY(existing_policy(tx, call, input.PolicyArn));
  if (TRY(attachments(tx, call, policy.arn)) > 0 || TRY(boundaries(tx, call, policy.arn)) > 0) {
    return fail(errors::DeleteConflictException("Cannot delete a policy attached to entities."));
  }
  TRY(tx.erase(identity::policy_key(call.account, policy.name)));
  TRY(erase_tags(tx, policy.arn));
  return wire::Empty{};
}

}  // namespace orrery::iam
