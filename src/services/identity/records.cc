#include "services/identity/records.h"

#include "services/record.h"
#include "store/key.h"

namespace orrery::identity {
namespace {

std::string text_of(const json::value& document, std::string_view name) {
  return std::string(find_string(document, name).value_or(""));
}

Instant time_of(const json::value& document, std::string_view name) {
  return instant_from_ms(find_int(document, name).value_or(0));
}

}  // namespace

std::string roles_prefix(std::string_view account) { return KeyWriter(KeyKind::Role).text(account).take(); }
std::string role_key(std::string_view account, std::string_view name) {
  return KeyWriter(KeyKind::Role).text(account).text(name).take();
}
std::string inline_policies_prefix(std::string_view account, std::string_view role) {
  return KeyWriter(KeyKind::RolePolicy).text(account).text(role).take();
}
std::string inline_policy_key(std::string_view account, std::string_view role, std::string_view policy) {
  return KeyWriter(KeyKind::RolePolicy).text(account).text(role).text(policy).take();
}
std::string attached_policies_prefix(std::string_view account, std::string_view role) {
  return KeyWriter(KeyKind::RoleAttached).text(account).text(role).take();
}
std::string attached_policy_key(std::string_view account, std::string_view role, std::string_view policy_arn) {
  return KeyWriter(KeyKind::RoleAttached).text(account).text(role).text(policy_arn).take();
}
std::string policy_roles_prefix(std::string_view account, std::string_view policy_arn) {
  return KeyWriter(KeyKind::PolicyRole).text(account).text(policy_arn).take();
}
std::string policy_role_key(std::string_view account, std::string_view policy_arn, std::string_view role) {
  return KeyWriter(KeyKind::PolicyRole).text(account).text(policy_arn).text(role).take();
}
std::string bounded_roles_prefix(std::string_view account, std::string_view policy_arn) {
  return policy_roles_prefix(account, "boundary:" + std::string(policy_arn));
}
std::string bounded_role_key(std::string_view account, std::string_view policy_arn, std::string_view role) {
  return policy_role_key(account, "boundary:" + std::string(policy_arn), role);
}
std::string policies_prefix(std::string_view account) { return KeyWriter(KeyKind::Policy).text(account).take(); }
std::string policy_key(std::string_view account, std::string_view name) {
  return KeyWriter(KeyKind::Policy).text(account).text(name).take();
}
std::string session_key(std::string_view access_key) { return KeyWriter(KeyKind::Session).text(access_key).take(); }

Result<RoleRecord> decode_role(std::string_view bytes) {
  const json::value document = TRY(decode_record(bytes));
  RoleRecord role;
  role.name = text_of(document, "name");
  role.path = text_of(document, "path");
  role.id = text_of(document, "id");
  role.arn = text_of(document, "arn");
  role.trust_policy = text_of(document, "trust");
  role.description = text_of(document, "description");
  role.max_session_s = static_cast<int>(find_int(document, "max_session_s").value_or(3600));
  role.boundary_arn = text_of(document, "boundary");
  role.created = time_of(document, "created_ms");
  return role;
}

Result<std::optional<RoleRecord>> get_role(Reader& reader, std::string_view account, std::string_view name) {
  const auto bytes = TRY(reader.get(role_key(account, name)));
  if (!bytes) return std::optional<RoleRecord>();
  return std::optional<RoleRecord>(TRY(decode_role(*bytes)));
}

Result<> put_role(Transaction& tx, std::string_view account, const RoleRecord& role) {
  return put_record(tx, role_key(account, role.name),
                    json::object{{"name", role.name},
                                 {"path", role.path},
                                 {"id", role.id},
                                 {"arn", role.arn},
                                 {"trust", role.trust_policy},
                                 {"description", role.description},
                                 {"max_session_s", role.max_session_s},
                                 {"boundary", role.boundary_arn},
                                 {"created_ms", epoch_ms(role.created)}});
}

Result<PolicyRecord> decode_policy(std::string_view bytes) {
  const json::value document = TRY(decode_record(bytes));
  PolicyRecord policy;
  policy.name = text_of(document, "name");
  policy.path = text_of(document, "path");
  policy.id = text_of(document, "id");
  policy.arn = text_of(document, "arn");
  policy.document = text_of(document, "document");
  policy.description = text_of(document, "description");
  policy.created = time_of(document, "created_ms");
  return policy;
}

Result<std::optional<PolicyRecord>> get_policy(Reader& reader, std::string_view account, std::string_view name) {
  const auto bytes = TRY(reader.get(policy_key(account, name)));
  if (!bytes) return std::optional<PolicyRecord>();
  return std::optional<PolicyRecord>(TRY(decode_policy(*bytes)));
}

Result<> put_policy(Transaction& tx, std::string_view account, const PolicyRecord& policy) {
  return put_record(tx, policy_key(account, policy.name),
                    json::object{{"name", policy.name},
                                 {"path", policy.path},
                                 {"id", policy.id},
                                 {"arn", policy.arn},
                                 {"document", policy.document},
                                 {"description", policy.description},
                                 {"created_ms", epoch_ms(policy.created)}});
}

Result<std::optional<SessionRecord>> get_session(Reader& reader, std::string_view access_key) {
  const auto record = TRY(get_record(reader, session_key(access_key)));
  if (!record) return std::optional<SessionRecord>();
  SessionRecord session;
  session.access_key = access_key;
  session.secret = text_of(*record, "secret");
  session.token = text_of(*record, "token");
  session.account = text_of(*record, "account");
  session.role_arn = text_of(*record, "role_arn");
  session.role_id = text_of(*record, "role_id");
  session.session_name = text_of(*record, "session_name");
  session.expires = time_of(*record, "expires_ms");
  if (const json::value* policies = find(*record, "session_policies"); policies != nullptr && policies->is_array()) {
    for (const auto& text : policies->get_array()) {
      if (text.is_string()) session.session_policies.emplace_back(text.get_string());
    }
  }
  return std::optional<SessionRecord>(std::move(session));
}

Result<> put_session(Transaction& tx, const SessionRecord& session) {
  json::array policies;
  for (const auto& text : session.session_policies) policies.emplace_back(text);
  return put_record(tx, session_key(session.access_key),
                    json::object{{"secret", session.secret},
                                 {"token", session.token},
                                 {"account", session.account},
                                 {"role_arn", session.role_arn},
                                 {"role_id", session.role_id},
                                 {"session_name", session.session_name},
                                 {"expires_ms", epoch_ms(session.expires)},
                                 {"session_policies", std::move(policies)}});
}

std::string_view name_in_arn(std::string_view arn) {
  const auto slash = arn.rfind('/');
  return slash == std::string_view::npos ? arn : arn.substr(slash + 1);
}

}  // namespace orrery::identity
