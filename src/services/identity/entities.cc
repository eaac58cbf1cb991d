#include "services/identity/entities.h"

#include "services/identity/records.h"
#include "services/record.h"
#include "store/key.h"

#include <algorithm>

namespace orrery::identity {
namespace {

std::string user_key(std::string_view account, std::string_view name) {
  return KeyWriter(KeyKind::User).text(account).text(lower(name)).take();
}
std::string group_key(std::string_view account, std::string_view name) {
  return KeyWriter(KeyKind::UserGroup).text(account).text(lower(name)).take();
}
std::string member_key(std::string_view account, std::string_view side, std::string_view one, std::string_view other) {
  return KeyWriter(KeyKind::GroupMember).text(account).text(side).text(one).text(other).take();
}

constexpr std::string_view side_of(EntityKind kind) { return kind == EntityKind::User ? "user" : "group"; }

// Which name an id has: ids stay, names change.
Result<> put_name(Transaction& tx, std::string_view account, std::string_view id, std::string_view name) {
  return tx.put(item_key(account, "id", id), name);
}

}  // namespace

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](const char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

std::string users_prefix(std::string_view account) { return KeyWriter(KeyKind::User).text(account).take(); }
std::string groups_prefix(std::string_view account) { return KeyWriter(KeyKind::UserGroup).text(account).take(); }

Result<UserRecord> decode_user(std::string_view bytes) {
  const json::value document = TRY(decode_record(bytes));
  UserRecord user;
  user.name = text_of(document, "name");
  user.path = text_of(document, "path");
  user.id = text_of(document, "id");
  user.arn = text_of(document, "arn");
  user.boundary_arn = text_of(document, "boundary");
  user.created = time_of(document, "created_ms");
  return user;
}

Result<std::optional<UserRecord>> get_user(Reader& reader, std::string_view account, std::string_view name) {
  const auto bytes = TRY(reader.get(user_key(account, name)));
  if (!bytes) return std::optional<UserRecord>();
  return std::optional<UserRecord>(TRY(decode_user(*bytes)));
}

Result<std::optional<UserRecord>> get_user_by_id(Reader& reader, std::string_view account, std::string_view id) {
  const auto name = TRY(reader.get(item_key(account, "id", id)));
  if (!name) return std::optional<UserRecord>();
  return get_user(reader, account, *name);
}

Result<> put_user(Transaction& tx, std::string_view account, const UserRecord& user) {
  TRY(put_name(tx, account, user.id, user.name));
  return put_record(tx, user_key(account, user.name),
                    json::object{{"name", user.name},
                                 {"path", user.path},
                                 {"id", user.id},
                                 {"arn", user.arn},
                                 {"boundary", user.boundary_arn},
                                 {"created_ms", epoch_ms(user.created)}});
}

Result<> erase_user(Transaction& tx, std::string_view account, const UserRecord& user) {
  TRY(tx.erase(item_key(account, "id", user.id)));
  return tx.erase(user_key(account, user.name));
}

Result<GroupRecord> decode_group(std::string_view bytes) {
  const json::value document = TRY(decode_record(bytes));
  GroupRecord group;
  group.name = text_of(document, "name");
  group.path = text_of(document, "path");
  group.id = text_of(document, "id");
  group.arn = text_of(document, "arn");
  group.created = time_of(document, "created_ms");
  return group;
}

Result<std::optional<GroupRecord>> get_group(Reader& reader, std::string_view account, std::string_view name) {
  const auto bytes = TRY(reader.get(group_key(account, name)));
  if (!bytes) return std::optional<GroupRecord>();
  return std::optional<GroupRecord>(TRY(decode_group(*bytes)));
}

Result<std::optional<GroupRecord>> get_group_by_id(Reader& reader, std::string_view account, std::string_view id) {
  const auto name = TRY(reader.get(item_key(account, "id", id)));
  if (!name) return std::optional<GroupRecord>();
  return get_group(reader, account, *name);
}

Result<> put_group(Transaction& tx, std::string_view account, const GroupRecord& group) {
  TRY(put_name(tx, account, group.id, group.name));
  return put_record(tx, group_key(account, group.name),
                    json::object{{"name", group.name},
                                 {"path", group.path},
                                 {"id", group.id},
                                 {"arn", group.arn},
                                 {"created_ms", epoch_ms(group.created)}});
}

Result<> erase_group(Transaction& tx, std::string_view account, const GroupRecord& group) {
  TRY(tx.erase(item_key(account, "id", group.id)));
  return tx.erase(group_key(account, group.name));
}

std::string groups_of_user_prefix(std::string_view account, std::string_view user_id) {
  return KeyWriter(KeyKind::GroupMember).text(account).text("user").text(user_id).take();
}
std::string users_of_group_prefix(std::string_view account, std::string_view group_id) {
  return KeyWriter(KeyKind::GroupMember).text(account).text("group").text(group_id).take();
}

Result<> put_member(Transaction& tx, std::string_view account, std::string_view user_id, std::string_view group_id) {
  TRY(tx.put(member_key(account, "user", user_id, group_id), group_id));
  return tx.put(member_key(account, "group", group_id, user_id), user_id);
}

Result<> erase_member(Transaction& tx, std::string_view account, std::string_view user_id, std::string_view group_id) {
  TRY(tx.erase(member_key(account, "user", user_id, group_id)));
  return tx.erase(member_key(account, "group", group_id, user_id));
}

Result<std::optional<AccessKeyRecord>> get_access_key(Reader& reader, std::string_view id) {
  const auto record = TRY(get_record(reader, KeyWriter(KeyKind::AccessKey).text(id).take()));
  if (!record) return std::optional<AccessKeyRecord>();
  AccessKeyRecord key;
  key.id = id;
  key.secret = text_of(*record, "secret");
  key.account = text_of(*record, "account");
  key.user_id = text_of(*record, "user_id");
  key.active = find_bool(*record, "active").value_or(true);
  key.created = time_of(*record, "created_ms");
  return std::optional<AccessKeyRecord>(std::move(key));
}

Result<> put_access_key(Transaction& tx, const AccessKeyRecord& key) {
  TRY(tx.put(KeyWriter(KeyKind::UserKey).text(key.account).text(key.user_id).text(key.id).take(), key.id));
  return put_record(tx, KeyWriter(KeyKind::AccessKey).text(key.id).take(),
                    json::object{{"secret", key.secret},
                                 {"account", key.account},
                                 {"user_id", key.user_id},
                                 {"active", key.active},
                                 {"created_ms", epoch_ms(key.created)}});
}

Result<> erase_access_key(Transaction& tx, const AccessKeyRecord& key) {
  TRY(tx.erase(KeyWriter(KeyKind::UserKey).text(key.account).text(key.user_id).text(key.id).take()));
  TRY(tx.erase(KeyWriter(KeyKind::CredentialUse).text(key.id).take()));
  return tx.erase(KeyWriter(KeyKind::AccessKey).text(key.id).take());
}

std::string access_keys_prefix(std::string_view account, std::string_view user_id) {
  return KeyWriter(KeyKind::UserKey).text(account).text(user_id).take();
}

std::string inline_prefix(const Entity& entity) {
  if (entity.kind == EntityKind::Role) return inline_policies_prefix(entity.account, entity.key);
  return KeyWriter(KeyKind::EntityPolicy).text(entity.account).text(side_of(entity.kind)).text(entity.key).take();
}
std::string inline_key(const Entity& entity, std::string_view policy) {
  if (entity.kind == EntityKind::Role) return inline_policy_key(entity.account, entity.key, policy);
  return KeyWriter(KeyKind::EntityPolicy)
      .text(entity.account)
      .text(side_of(entity.kind))
      .text(entity.key)
      .text(policy)
      .take();
}
std::string attached_prefix(const Entity& entity) {
  if (entity.kind == EntityKind::Role) return attached_policies_prefix(entity.account, entity.key);
  return KeyWriter(KeyKind::EntityAttached).text(entity.account).text(side_of(entity.kind)).text(entity.key).take();
}
std::string attached_key(const Entity& entity, std::string_view policy_arn) {
  if (entity.kind == EntityKind::Role) return attached_policy_key(entity.account, entity.key, policy_arn);
  return KeyWriter(KeyKind::EntityAttached)
      .text(entity.account)
      .text(side_of(entity.kind))
      .text(entity.key)
      .text(policy_arn)
      .take();
}

std::string policy_use_prefix(std::string_view account, std::string_view policy_arn, EntityKind kind, PolicyUse use) {
  std::string marked;  // roles' rows are as old as roles
  if (kind != EntityKind::Role) marked = std::string(side_of(kind)) + (use == PolicyUse::Boundary ? "-" : ":");
  if (use == PolicyUse::Boundary) marked += "boundary:";
  return policy_roles_prefix(account, marked + std::string(policy_arn));
}
std::string policy_use_key(std::string_view policy_arn, const Entity& entity, PolicyUse use) {
  std::string key = policy_use_prefix(entity.account, policy_arn, entity.kind, use);
  const std::string tail = KeyWriter(KeyKind::PolicyRole).text(entity.key).take();
  return key.append(tail, 1);
}

std::string last_part(std::string_view key) {
  KeyReader parts(key);
  std::string out;
  while (parts.ok() && !parts.rest().empty()) out = parts.text();
  return out;
}

std::string item_key(std::string_view account, std::string_view type, std::string_view name) {
  return KeyWriter(KeyKind::IdentityItem).text(account).text(type).text(name).take();
}
std::string items_prefix(std::string_view account, std::string_view type) {
  return KeyWriter(KeyKind::IdentityItem).text(account).text(type).take();
}
Result<std::optional<json::value>> get_item(Reader& reader, std::string_view account, std::string_view type,
                                            std::string_view name) {
  return get_record(reader, item_key(account, type, name));
}
Result<> put_item(Transaction& tx, std::string_view account, std::string_view type, std::string_view name,
                  const json::value& document) {
  return put_record(tx, item_key(account, type, name), document);
}

Result<std::string> generation(Reader& reader, std::string_view account) {
  return TRY(reader.get(item_key(account, "generation", ""))).value_or(std::string());
}

Result<> next_generation(Transaction& tx, std::string_view account) {
  const std::string key = item_key(account, "generation", "");
  const std::string now = TRY(tx.get(key)).value_or("0");
  return tx.put(key, std::to_string(std::stoull(now) + 1));
}

}  // namespace orrery::identity
