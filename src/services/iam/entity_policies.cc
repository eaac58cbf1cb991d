#include "services/iam/entity_policies.h"

namespace orrery::iam {
namespace {

constexpr int kAttachedMost = 10;  // managed policies a user, group or role: the default quota

std::string_view word(EntityKind kind) {
  return kind == EntityKind::User ? "user" : kind == EntityKind::Group ? "group" : "role";
}

// Characters of all inline policies of one together (…/reference_iam-quotas.html).
std::size_t inline_most(EntityKind kind) {
  return kind == EntityKind::User ? 2048 : kind == EntityKind::Group ? 5120 : 10'240;
}

Error no_such_policy(EntityKind kind, const std::string& policy) {
  return errors::NoSuchEntityException("The " + std::string(word(kind)) + " policy with name " + policy +
                                       " cannot be found.");
}

Result<Entity> changeable(Reader& reader, const Call& call, EntityKind kind, const std::string& name) {
  if (kind == EntityKind::Role) TRY(check_modifiable(TRY(existing_role(reader, call, name))));
  return existing_entity(reader, call, kind, name);
}

}  // namespace

Result<> put_inline(Call& call, Transaction& tx, EntityKind kind, const std::string& name, const std::string& policy,
                    const std::string& document) {
  const auto entity = TRY(changeable(tx, call, kind, name));
  TRY(auth::parse_policy(document, auth::PolicyKind::Identity));
  std::size_t characters = policy_characters(document);
  const auto cursor = tx.scan(prefix_range(identity::inline_prefix(entity)));
  while (cursor->next()) {
    if (identity::last_part(cursor->key()) != policy) characters += policy_characters(cursor->value());
  }
  TRY(cursor->status());
  if (characters > inline_most(kind)) {
    return fail(errors::LimitExceededException("Maximum policy size of " + std::to_string(inline_most(kind)) +
                                               " bytes exceeded for " + std::string(word(kind)) + " " + entity.name));
  }
  return tx.put(identity::inline_key(entity, policy), document);
}

Result<InlinePolicy> find_inline(Call& call, Reader& reader, EntityKind kind, const std::string& name,
                                 const std::string& policy) {
  const auto entity = TRY(existing_entity(reader, call, kind, name));
  const auto document = TRY(reader.get(identity::inline_key(entity, policy)));
  if (!document) return fail(no_such_policy(kind, policy));
  return InlinePolicy{entity.name, encoded_document(*document)};
}

Result<> delete_inline(Call& call, Transaction& tx, EntityKind kind, const std::string& name,
                       const std::string& policy) {
  const auto entity = TRY(changeable(tx, call, kind, name));
  const std::string key = identity::inline_key(entity, policy);
  if (!TRY(tx.get(key))) return fail(no_such_policy(kind, policy));
  return tx.erase(key);
}

Result<std::optional<std::string>> list_inline(Call& call, Reader& reader, EntityKind kind, const std::string& name,
                                               const PageRequest& page, std::vector<std::string>& names) {
  const auto entity = TRY(existing_entity(reader, call, kind, name));
  return scan_page(reader, identity::inline_prefix(entity), page, [&](Cursor& cursor) -> Result<bool> {
    names.push_back(identity::last_part(cursor.key()));
    return true;
  });
}

Result<> attach(Call& call, Transaction& tx, EntityKind kind, const std::string& name, const std::string& arn) {
  const auto entity = TRY(changeable(tx, call, kind, name));
  TRY(check_attachable(tx, call, arn, "Policy " + arn + " does not exist or is not attachable."));
  if (arn.find(":policy/aws-service-role/") != std::string::npos) {
    return fail(errors::PolicyNotAttachableException("Cannot attach a Service Role Policy to a Customer Role."));
  }
  int attached = 0;
  for (const auto& one : TRY(values_of(tx, identity::attached_prefix(entity)))) attached += one == arn ? 0 : 1;
  if (attached >= kAttachedMost) {
    std::string plural(word(kind));
    plural[0] = static_cast<char>(plural[0] - 'a' + 'A');
    return fail(errors::LimitExceededException("Cannot exceed quota for PoliciesPer" + plural + ": " +
                                               std::to_string(kAttachedMost)));
  }
  TRY(tx.put(identity::attached_key(entity, arn), arn));
  return tx.put(identity::policy_use_key(arn, entity, identity::PolicyUse::Permissions), entity.key);
}

Result<> detach(Call& call, Transaction& tx, EntityKind kind, const std::string& name, const std::string& arn) {
  const auto entity = TRY(changeable(tx, call, kind, name));
  const std::string key = identity::attached_key(entity, arn);
  if (!TRY(tx.get(key))) return fail(errors::NoSuchEntityException("Policy " + arn + " was not found."));
  TRY(tx.erase(key));
  return tx.erase(identity::policy_use_key(arn, entity, identity::PolicyUse::Permissions));
}

Result<std::optional<std::string>> list_attached(Call& call, Reader& reader, EntityKind kind, const std::string& name,
                                                 const std::string& path, const PageRequest& page,
                                                 std::vector<AttachedPolicy>& policies) {
  const auto entity = TRY(existing_entity(reader, call, kind, name));
  return scan_page(reader, identity::attached_prefix(entity), page, [&](Cursor& cursor) -> Result<bool> {
    const std::string arn(cursor.value());
    if (!arn.substr(arn.find(":policy/") + 7).starts_with(path)) return false;
    policies.push_back({std::string(identity::name_in_arn(arn)), arn});
    return true;
  });
}

}  // namespace orrery::iam
