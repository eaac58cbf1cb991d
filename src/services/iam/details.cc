// GetAccountAuthorizationDetails: all of an account's users, groups, roles and policies, by pages over the four kinds.
#include "services/iam/account.h"
#include "services/iam/policies.h"
#include "services/iam/roles.h"
#include "services/iam/users.h"
#include "services/paging.h"
#include "services/record.h"

#include <algorithm>

namespace orrery::iam {
namespace {

Result<std::optional<std::vector<PolicyDetail>>> inline_policies(Reader& reader, const Entity& entity) {
  std::vector<PolicyDetail> list;
  const auto cursor = reader.scan(prefix_range(identity::inline_prefix(entity)));
  while (cursor->next()) {
    list.push_back({identity::last_part(cursor->key()), encoded_document(cursor->value())});
  }
  TRY(cursor->status());
  return std::optional(std::move(list));
}

Result<std::optional<std::vector<AttachedPolicy>>> attached_policies(Reader& reader, const Entity& entity) {
  std::vector<AttachedPolicy> list;
  for (const auto& arn : TRY(values_of(reader, identity::attached_prefix(entity)))) {
    list.push_back({std::string(identity::name_in_arn(arn)), arn});
  }
  return std::optional(std::move(list));
}

// Each kind in turn; the marker says in which the next page begins, and where.
class Details {
 public:
  Details(Iam& iam, Call& call, Reader& reader, const GetAccountAuthorizationDetailsRequest& input)
      : iam_(iam), call_(call), reader_(reader), input_(input), left_(input.MaxItems.value_or(100)) {}

  Result<GetAccountAuthorizationDetailsResponse> run() {
    std::string begin = "user";
    if (input_.Marker) {
      const auto position = page_position(*input_.Marker);
      const auto colon = position ? position->find(':') : std::string::npos;
      if (colon == std::string::npos) return fail(api_error("ValidationError", "Invalid Marker.", 400));
      begin = position->substr(0, colon);
      marker_ = position->substr(colon + 1);
    }
    output_.UserDetailList.emplace();
    output_.GroupDetailList.emplace();
    output_.RoleDetailList.emplace();
    output_.Policies.emplace();
    bool reached = false;
    for (const auto& [kind, list] :
         {std::pair("user", &Details::users), std::pair("group", &Details::groups), std::pair("role", &Details::roles),
          std::pair("local", &Details::local), std::pair("aws", &Details::aws)}) {
      reached = reached || begin == kind;
      if (!reached) continue;
      const auto next = TRY((this->*list)());
      marker_.reset();
      if (!next) continue;
      end_page(output_, std::optional(page_token(std::string(kind) + ":" + *next)));
      return std::move(output_);
    }
    end_page(output_, std::nullopt);
    return std::move(output_);
  }

 private:
  bool wanted(std::string_view filter) const {
    return !input_.Filter || input_.Filter->empty() ||
           std::ranges::find(*input_.Filter, filter) != input_.Filter->end();
  }

  Result<std::optional<std::string>> users() {
    if (!wanted("User")) return std::optional<std::string>();
    const std::int64_t most = left_;
    return scan_page(reader_, identity::users_prefix(call_.account), {marker_, most},
                     [&](Cursor& cursor) -> Result<bool> {
                       const auto user = TRY(identity::decode_user(cursor.value()));
                       const Entity entity{EntityKind::User, call_.account, user.id, user.name};
                       UserDetail out;
                       const User shown = TRY(describe(reader_, user));
                       out.Path = shown.Path;
                       out.UserName = shown.UserName;
                       out.UserId = shown.UserId;
                       out.Arn = shown.Arn;
                       out.CreateDate = shown.CreateDate;
                       out.PermissionsBoundary = shown.PermissionsBoundary;
                       out.Tags = shown.Tags;
                       out.UserPolicyList = TRY(inline_policies(reader_, entity));
                       out.AttachedManagedPolicies = TRY(attached_policies(reader_, entity));
                       out.GroupList.emplace();
                       const auto prefix = identity::groups_of_user_prefix(call_.account, user.id);
                       for (const auto& id : TRY(values_of(reader_, prefix))) {
                         const auto group = TRY(identity::get_group_by_id(reader_, call_.account, id));
                         if (group) out.GroupList->push_back(group->name);
                       }
                       output_.UserDetailList->push_back(std::move(out));
                       --left_;
                       return true;
                     });
  }

  Result<std::optional<std::string>> groups() {
    if (!wanted("Group")) return std::optional<std::string>();
    const std::int64_t most = left_;
    return scan_page(reader_, identity::groups_prefix(call_.account), {marker_, most},
                     [&](Cursor& cursor) -> Result<bool> {
                       const auto group = TRY(identity::decode_group(cursor.value()));
                       const Entity entity{EntityKind::Group, call_.account, group.id, group.name};
                       GroupDetail out;
                       out.Path = group.path;
                       out.GroupName = group.name;
                       out.GroupId = group.id;
                       out.Arn = group.arn;
                       out.CreateDate = group.created;
                       out.GroupPolicyList = TRY(inline_policies(reader_, entity));
                       out.AttachedManagedPolicies = TRY(attached_policies(reader_, entity));
                       output_.GroupDetailList->push_back(std::move(out));
                       --left_;
                       return true;
                     });
  }

  Result<std::optional<std::string>> roles() {
    if (!wanted("Role")) return std::optional<std::string>();
    const std::int64_t most = left_;
    return scan_page(reader_, identity::roles_prefix(call_.account), {marker_, most},
                     [&](Cursor& cursor) -> Result<bool> {
                       const auto role = TRY(identity::decode_role(cursor.value()));
                       const Entity entity{EntityKind::Role, call_.account, role.name, role.name};
                       const Role shown = describe(role);
                       RoleDetail out;
                       out.Path = shown.Path;
                       out.RoleName = shown.RoleName;
                       out.RoleId = shown.RoleId;
                       out.Arn = shown.Arn;
                       out.CreateDate = shown.CreateDate;
                       out.AssumeRolePolicyDocument = shown.AssumeRolePolicyDocument;
                       out.PermissionsBoundary = shown.PermissionsBoundary;
                       out.InstanceProfileList = TRY(profiles_of_role(reader_, call_, role.name));
                       out.RolePolicyList = TRY(inline_policies(reader_, entity));
                       out.AttachedManagedPolicies = TRY(attached_policies(reader_, entity));
                       out.Tags = TRY(tag_list(reader_, role.arn));
                       out.RoleLastUsed = TRY(last_used(iam_, reader_, role));
                       output_.RoleDetailList->push_back(std::move(out));
                       --left_;
                       return true;
                     });
  }

  Result<> add_policy(const identity::PolicyRecord& record, const Policy& shown) {
    ManagedPolicyDetail out;
    out.PolicyName = shown.PolicyName;
    out.PolicyId = shown.PolicyId;
    out.Arn = shown.Arn;
    out.Path = shown.Path;
    out.DefaultVersionId = shown.DefaultVersionId;
    out.AttachmentCount = shown.AttachmentCount;
    out.PermissionsBoundaryUsageCount = shown.PermissionsBoundaryUsageCount;
    out.IsAttachable = shown.IsAttachable;
    out.CreateDate = shown.CreateDate;
    out.UpdateDate = shown.UpdateDate;
    out.PolicyVersionList = TRY(versions_of(reader_, call_, record));
    output_.Policies->push_back(std::move(out));
    --left_;
    return {};
  }

  Result<std::optional<std::string>> local() {
    if (!wanted("LocalManagedPolicy")) return std::optional<std::string>();
    const std::int64_t most = left_;
    return scan_page(reader_, identity::policies_prefix(call_.account), {marker_, most},
                     [&](Cursor& cursor) -> Result<bool> {
                       const auto policy = TRY(identity::decode_policy(cursor.value()));
                       TRY(add_policy(policy, TRY(describe(reader_, call_, policy))));
                       return true;
                     });
  }

  // Of AWS's own those in use, as the service shows them.
  Result<std::optional<std::string>> aws() {
    if (!wanted("AWSManagedPolicy")) return std::optional<std::string>();
    for (const auto& policy : aws_policies()) {
      if (marker_ && policy.arn < *marker_) continue;
      const Policy shown = TRY(describe(reader_, call_, policy));
      if (*shown.AttachmentCount + *shown.PermissionsBoundaryUsageCount == 0) continue;
      if (left_ == 0) return std::optional(policy.arn);
      TRY(add_policy(policy, shown));
    }
    return std::optional<std::string>();
  }

  Iam& iam_;
  Call& call_;
  Reader& reader_;
  const GetAccountAuthorizationDetailsRequest& input_;
  std::int64_t left_;
  std::optional<std::string> marker_;
  GetAccountAuthorizationDetailsResponse output_;
};

}  // namespace

Result<GetAccountAuthorizationDetailsResponse> get_account_authorization_details(
    Iam& iam, Call& call, Reader& reader, const GetAccountAuthorizationDetailsRequest& input) {
  return Details(iam, call, reader, input).run();
}

}  // namespace orrery::iam
