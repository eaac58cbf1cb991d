// What is stored of roles, policies and sessions (entities.h: of users and groups). Shared by iam/ (which edits), sts/
// (which makes sessions) and the Identity of the gateway (which reads).
#pragma once

#include "base/json.h"
#include "base/time.h"
#include "services/decoded.h"
#include "store/store.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orrery::identity {

// A member in milliseconds since the epoch, which is also what a missing one means.
Instant time_of(const json::value& document, std::string_view name);

struct RoleRecord {
  std::string name, path = "/", id, arn;
  std::string trust_policy;  // JSON text as given
  // The same with the unique ids of the users and roles that it names, as they were when it was given; empty in records
  // of before: then the text holds.
  std::string trust_by_id;
  std::string description;
  int max_session_s = 3600;
  std::string boundary_arn;  // empty: none
  Instant created;
};

// A customer managed policy.
struct PolicyRecord {
  std::string name, path = "/", id, arn;
  std::string document;  // JSON text as given, of the default version
  std::string description;
  Instant created, updated;
  int default_version = 1;
  int last_version = 1;  // numbers are never used again
};

struct PolicyVersionRecord {
  int number = 1;
  std::string document;
  Instant created;
};

using TagList = std::vector<std::pair<std::string, std::string>>;

// Temporary credentials.
struct SessionRecord {
  enum class Kind : std::uint8_t { Role, User, Root, Federated };

  Kind kind = Kind::Role;
  std::string access_key, secret, token;
  std::string account;
  std::string role_arn, role_id;              // Role
  std::string session_name;                   // Role, Federated; User: the user's name
  std::string issuer_arn, issuer_id;          // User: the user; Federated: the user or root who made it
  std::vector<std::string> session_policies;  // JSON texts
  TagList tags;
  std::vector<std::string> transitive_tag_keys;
  std::string source_identity, federated_provider;
  std::optional<Instant> mfa_at;
  Instant issued;
  Instant expires;
};

std::string role_key(std::string_view account, std::string_view name);
std::string inline_policy_key(std::string_view account, std::string_view role, std::string_view policy);
std::string attached_policy_key(std::string_view account, std::string_view role, std::string_view policy_arn);
std::string policy_role_key(std::string_view account, std::string_view policy_arn, std::string_view role);
std::string policy_key(std::string_view account, std::string_view name);
std::string session_key(std::string_view access_key);
// Prefixes of the above, for scans: all roles of an account, all inline policies of a role, ….
std::string roles_prefix(std::string_view account);
std::string inline_policies_prefix(std::string_view account, std::string_view role);
std::string attached_policies_prefix(std::string_view account, std::string_view role);
// Roles that a policy is the permissions boundary of: they keep it from being deleted.
std::string bounded_roles_prefix(std::string_view account, std::string_view policy_arn);
std::string bounded_role_key(std::string_view account, std::string_view policy_arn, std::string_view role);
std::string policies_prefix(std::string_view account);
std::string policy_roles_prefix(std::string_view account, std::string_view policy_arn);

Result<std::optional<RoleRecord>> get_role(Reader& reader, std::string_view account, std::string_view name);
// The same, for what asks often; null: there is none.
Result<std::shared_ptr<const RoleRecord>> get_role(Reader& reader, std::string_view account, std::string_view name,
                                                   Decoded<RoleRecord>& known);
Result<> put_role(Transaction& tx, std::string_view account, const RoleRecord& role);
Result<RoleRecord> decode_role(std::string_view bytes);

Result<std::optional<PolicyRecord>> get_policy(Reader& reader, std::string_view account, std::string_view name);
Result<> put_policy(Transaction& tx, std::string_view account, const PolicyRecord& policy);
Result<PolicyRecord> decode_policy(std::string_view bytes);

// The version, by its number.
Result<std::optional<PolicyVersionRecord>> get_policy_version(Reader& reader, std::string_view account,
                                                              const PolicyRecord& policy, int number);
Result<> put_policy_version(Transaction& tx, std::string_view account, std::string_view policy,
                            const PolicyVersionRecord& version);
Result<> erase_policy_version(Transaction& tx, std::string_view account, std::string_view policy, int number);
// In order of their numbers; one at least.
Result<std::vector<PolicyVersionRecord>> policy_versions(Reader& reader, std::string_view account,
                                                         const PolicyRecord& policy);

Result<std::optional<SessionRecord>> get_session(Reader& reader, std::string_view access_key);
Result<> put_session(Transaction& tx, const SessionRecord& session);

// The last part of a role's or policy's ARN: "arn:aws:iam::1:role/path/exporter" -> "exporter".
std::string_view name_in_arn(std::string_view arn);

}  // namespace orrery::identity
