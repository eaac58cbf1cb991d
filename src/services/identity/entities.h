// What is stored of users, groups and their access keys, and of the policies that users, groups and roles have. Users
// and groups are known inside by their unique ids, so that renaming one moves nothing but its own row; roles, which
// cannot be renamed, by their names.
#pragma once

#include "base/json.h"
#include "base/time.h"
#include "store/store.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::identity {

enum class EntityKind : std::uint8_t { User, Group, Role };

// Whoever policies can be attached to.
struct Entity {
  EntityKind kind;
  std::string account;
  std::string key;  // users, groups: the unique id; roles: the name
  std::string name;
};

struct UserRecord {
  std::string name, path = "/", id, arn;
  std::string boundary_arn;  // empty: none
  Instant created;
};

struct GroupRecord {
  std::string name, path = "/", id, arn;
  Instant created;
};

// A long-term credential.
struct AccessKeyRecord {
  std::string id, secret, account, user_id, user_name;
  bool active = true;
  Instant created;
};

// Names of users and groups are found without regard to case.
std::string users_prefix(std::string_view account);
std::string groups_prefix(std::string_view account);
Result<std::optional<UserRecord>> get_user(Reader& reader, std::string_view account, std::string_view name);
Result<std::optional<UserRecord>> get_user_by_id(Reader& reader, std::string_view account, std::string_view id);
Result<> put_user(Transaction& tx, std::string_view account, const UserRecord& user);
Result<> erase_user(Transaction& tx, std::string_view account, const UserRecord& user);
Result<UserRecord> decode_user(std::string_view bytes);
Result<std::optional<GroupRecord>> get_group(Reader& reader, std::string_view account, std::string_view name);
Result<std::optional<GroupRecord>> get_group_by_id(Reader& reader, std::string_view account, std::string_view id);
Result<> put_group(Transaction& tx, std::string_view account, const GroupRecord& group);
Result<> erase_group(Transaction& tx, std::string_view account, const GroupRecord& group);
Result<GroupRecord> decode_group(std::string_view bytes);

// Ids of the groups that a user is in, of the users that are in a group.
std::string groups_of_user_prefix(std::string_view account, std::string_view user_id);
std::string users_of_group_prefix(std::string_view account, std::string_view group_id);
Result<> put_member(Transaction& tx, std::string_view account, std::string_view user_id, std::string_view group_id);
Result<> erase_member(Transaction& tx, std::string_view account, std::string_view user_id, std::string_view group_id);

Result<std::optional<AccessKeyRecord>> get_access_key(Reader& reader, std::string_view id);
Result<> put_access_key(Transaction& tx, const AccessKeyRecord& key);
Result<> erase_access_key(Transaction& tx, const AccessKeyRecord& key);
std::string access_keys_prefix(std::string_view account, std::string_view user_id);

// Inline policies: key -> JSON text. Attached ones: key -> policy ARN.
std::string inline_prefix(const Entity& entity);
std::string inline_key(const Entity& entity, std::string_view policy);
std::string attached_prefix(const Entity& entity);
std::string attached_key(const Entity& entity, std::string_view policy_arn);
// The other way round: whom a managed policy is attached to, whose boundary it is. The last part of the key is
// Entity::key.
enum class PolicyUse : std::uint8_t { Permissions, Boundary };
std::string policy_use_prefix(std::string_view account, std::string_view policy_arn, EntityKind kind, PolicyUse use);
std::string policy_use_key(std::string_view policy_arn, const Entity& entity, PolicyUse use);
// The last part of a key of this page: a policy's name, a group's id, ….
std::string last_part(std::string_view key);

// Whatever else an account has, as JSON by type and name ("login", "oidc", …).
std::string item_key(std::string_view account, std::string_view type, std::string_view name);
std::string items_prefix(std::string_view account, std::string_view type);
Result<std::optional<json::value>> get_item(Reader& reader, std::string_view account, std::string_view type,
                                            std::string_view name);
Result<> put_item(Transaction& tx, std::string_view account, std::string_view type, std::string_view name,
                  const json::value& document);

// Counts the changes of an account's identities: what was derived from them holds as long as it stays the same.
Result<std::string> generation(Reader& reader, std::string_view account);
Result<> next_generation(Transaction& tx, std::string_view account);

std::string lower(std::string_view text);

}  // namespace orrery::identity
