// What is stored of roles, policies and sessions. Shared by iam/ (which edits), sts/ (which makes sessions) and the
// Identity of the gateway (which reads).
#pragma once

#include "base/time.h"
#include "store/store.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::identity {

struct RoleRecord {
  std::string name, path = "/", id, arn;
  std::string trust_policy;  // JSON text as given
  std::string description;
  int max_session_s = 3600;
  std::string boundary_arn;  // empty: none
  Instant created;
};

// A customer managed policy; one version for now, v1.
struct PolicyRecord {
  std::string name, path = "/", id, arn;
  std::string document;  // JSON text as given
  std::string description;
  Instant created;
};

// Temporary credentials of an assumed role.
struct SessionRecord {
  std::string access_key, secret, token;
  std::string account, role_arn, role_id, session_name;
  std::vector<std::string> session_policies;  // JSON texts
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
Result<> put_role(Transaction& tx, std::string_view account, const RoleRecord& role);
Result<RoleRecord> decode_role(std::string_view bytes);

Result<std::optional<PolicyRecord>> get_policy(Reader& reader, std::string_view account, std::string_view name);
Result<> put_policy(Transaction& tx, std::string_view account, const PolicyRecord& policy);
Result<PolicyRecord> decode_policy(std::string_view bytes);

Result<std::optional<SessionRecord>> get_session(Reader& reader, std::string_view access_key);
Result<> put_session(Transaction& tx, const SessionRecord& session);

// The last part of a role's or policy's ARN: "arn:aws:iam::1:role/path/exporter" -> "exporter".
std::string_view name_in_arn(std::string_view arn);

}  // namespace orrery::identity
