// Who has a managed policy, and which of an entity's policies speak of a service.
#include "base/arn.h"
#include "services/iam/entity_policies.h"
#include "services/iam/policies.h"
#include "services/identity/managed_policies.h"

#include <algorithm>

namespace orrery::iam {
namespace {

struct Row {
  EntityKind kind;
  std::string name, id, path;
};

Result<std::optional<Row>> row_of(Reader& reader, const Call& call, EntityKind kind, const std::string& key) {
  if (kind == EntityKind::Role) {
    const auto role = TRY(identity::get_role(reader, call.account, key));
    return role ? std::optional(Row{kind, role->name, role->id, role->path}) : std::nullopt;
  }
  if (kind == EntityKind::User) {
    const auto user = TRY(identity::get_user_by_id(reader, call.account, key));
    return user ? std::optional(Row{kind, user->name, user->id, user->path}) : std::nullopt;
  }
  const auto group = TRY(identity::get_group_by_id(reader, call.account, key));
  return group ? std::optional(Row{kind, group->name, group->id, group->path}) : std::nullopt;
}

Result<std::vector<Row>> rows_of(Reader& reader, const Call& call, const ListEntitiesForPolicyRequest& input) {
  std::vector<Row> rows;
  const std::string filter = input.EntityFilter.value_or("");
  const std::string path = input.PathPrefix.value_or("/");
  const bool boundary = input.PolicyUsageFilter.value_or("PermissionsPolicy") == "PermissionsBoundary";
  const auto use = boundary ? identity::PolicyUse::Boundary : identity::PolicyUse::Permissions;
  const std::pair<EntityKind, std::string_view> kinds[] = {
      {EntityKind::Group, "Group"}, {EntityKind::User, "User"}, {EntityKind::Role, "Role"}};
  for (const auto& [kind, word] : kinds) {
    if ((filter == "User" || filter == "Role" || filter == "Group") && filter != word) continue;
    const auto prefix = identity::policy_use_prefix(call.account, input.PolicyArn, kind, use);
    for (const auto& key : TRY(values_of(reader, prefix))) {
      auto row = TRY(row_of(reader, call, kind, key));
      if (row && row->path.starts_with(path)) rows.push_back(*std::move(row));
    }
  }
  return rows;
}

}  // namespace

Result<ListEntitiesForPolicyResponse> list_entities_for_policy(Call& call, Reader& reader,
                                                               const ListEntitiesForPolicyRequest& input) {
  TRY(existing_policy(reader, call, input.PolicyArn));
  ListEntitiesForPolicyResponse output;
  output.PolicyGroups.emplace();
  output.PolicyUsers.emplace();
  output.PolicyRoles.emplace();
  std::vector<Row> page;
  end_page(output, TRY(list_page(TRY(rows_of(reader, call, input)), input, page)));
  for (const auto& row : page) {
    if (row.kind == EntityKind::Group) output.PolicyGroups->push_back({row.name, row.id});
    if (row.kind == EntityKind::User) output.PolicyUsers->push_back({row.name, row.id});
    if (row.kind == EntityKind::Role) output.PolicyRoles->push_back({row.name, row.id});
  }
  return output;
}

namespace {

// Whether an Allow statement names an action of the service (conditions and resources aside, as the service does).
bool grants(const auth::Policy& policy, const std::string& service) {
  class Nothing final : public auth::VariableSource {
    std::optional<std::string> variable(std::string_view) const override { return std::nullopt; }
  };
  const Nothing nothing;
  return std::ranges::any_of(policy.statements, [&](const auth::Statement& statement) {
    if (statement.effect != auth::Effect::Allow) return false;
    if (statement.action_sense == auth::Sense::Negated) return true;
    return std::ranges::any_of(statement.actions, [&](const auth::Pattern& pattern) {
      const std::string& text = pattern.source();
      const auto colon = text.find(':');
      if (colon == std::string::npos) return text == "*";
      return identity::lower(text.substr(0, colon)) == service;
    });
  });
}

struct Owned {
  std::string name, document, arn;  // no ARN: inline
  std::string entity_type, entity_name;
};

Result<> add_of(Reader& reader, const Call& call, const Entity& entity, std::vector<Owned>& all) {
  const std::string type = entity.kind == EntityKind::User    ? "USER"
                           : entity.kind == EntityKind::Group ? "GROUP"
                                                              : "ROLE";
  const auto cursor = reader.scan(prefix_range(identity::inline_prefix(entity)));
  while (cursor->next()) {
    all.push_back({identity::last_part(cursor->key()), std::string(cursor->value()), "", type, entity.name});
  }
  TRY(cursor->status());
  for (const auto& arn : TRY(values_of(reader, identity::attached_prefix(entity)))) {
    const auto policy = TRY(existing_policy(reader, call, arn));
    all.push_back({policy.name, policy.document, arn, "", ""});
  }
  return {};
}

Result<std::vector<Owned>> owned_by(Reader& reader, const Call& call, const std::string& arn) {
  const auto entity = TRY(entity_of_arn(reader, call, arn)).entity;
  std::vector<Owned> all;
  TRY(add_of(reader, call, entity, all));
  for (const auto& group : TRY(groups_of(reader, entity))) TRY(add_of(reader, call, group, all));
  return all;
}

}  // namespace

Result<ListPoliciesGrantingServiceAccessResponse> list_policies_granting_service_access(
    Call& call, Reader& reader, const ListPoliciesGrantingServiceAccessRequest& input) {
  const auto all = TRY(owned_by(reader, call, input.Arn));
  ListPoliciesGrantingServiceAccessResponse output;
  for (const auto& service : input.ServiceNamespaces) {
    ListPoliciesGrantingServiceAccessEntry entry;
    entry.ServiceNamespace = service;
    entry.Policies.emplace();
    for (const auto& owned : all) {
      if (!grants(TRY(auth::parse_policy(owned.document, auth::PolicyKind::Identity)), service)) continue;
      PolicyGrantingServiceAccess granting;
      granting.PolicyName = owned.name;
      granting.PolicyType = owned.arn.empty() ? "INLINE" : "MANAGED";
      if (!owned.arn.empty()) granting.PolicyArn = owned.arn;
      if (!owned.entity_type.empty()) granting.EntityType = owned.entity_type;
      if (!owned.entity_name.empty()) granting.EntityName = owned.entity_name;
      entry.Policies->push_back(std::move(granting));
    }
    output.PoliciesGrantingServiceAccess.push_back(std::move(entry));
  }
  output.IsTruncated = false;
  return output;
}

}  // namespace orrery::iam
