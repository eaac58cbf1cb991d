#include "services/identity/records.h"

#include "services/record.h"
#include "store/key.h"

namespace orrery::identity {
Instant time_of(const json::value& document, std::string_view name) {
  return instant_from_ms(find_int(document, name).value_or(0));
}

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
  role.trust_by_id = text_of(document, "trust_by_id");
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

Result<std::shared_ptr<const RoleRecord>> get_role(Reader& reader, std::string_view account, std::string_view name,
                                                   Decoded<RoleRecord>& known) {
  const std::string key = role_key(account, name);
  const auto bytes = TRY(reader.get(key));
  if (!bytes) return std::shared_ptr<const RoleRecord>();
  return known.of(key, *bytes, [&] { return decode_role(*bytes); });
}

Result<> put_role(Transaction& tx, std::string_view account, const RoleRecord& role) {
  return put_record(tx, role_key(account, role.name),
                    json::object{{"name", role.name},
                                 {"path", role.path},
                                 {"id", role.id},
                                 {"arn", role.arn},
                                 {"trust", role.trust_policy},
                                 {"trust_by_id", role.trust_by_id},
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
  policy.updated = instant_from_ms(find_int(document, "updated_ms").value_or(epoch_ms(policy.created)));
  policy.default_version = static_cast<int>(find_int(document, "default").value_or(1));
  policy.last_version = static_cast<int>(find_int(document, "last").value_or(1));
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
                                 {"created_ms", epoch_ms(policy.created)},
                                 {"updated_ms", epoch_ms(policy.updated)},
                                 {"default", policy.default_version},
                                 {"last", policy.last_version}});
}

namespace {

std::string version_key(std::string_view account, std::string_view policy, int number) {
  return KeyWriter(KeyKind::PolicyVersion).text(account).text(policy).u64(static_cast<std::uint64_t>(number)).take();
}

Result<PolicyVersionRecord> decode_version(std::string_view bytes) {
  const json::value document = TRY(decode_record(bytes));
  PolicyVersionRecord version;
  version.number = static_cast<int>(find_int(document, "number").value_or(1));
  version.document = text_of(document, "document");
  version.created = time_of(document, "created_ms");
  return version;
}

}  // namespace

Result<std::optional<PolicyVersionRecord>> get_policy_version(Reader& reader, std::string_view account,
                                                              const PolicyRecord& policy, int number) {
  if (const auto bytes = TRY(reader.get(version_key(account, policy.name, number)))) {
    return std::optional(TRY(decode_version(*bytes)));
  }
  // Policies from before there were versions have no row but their own.
  if (number != 1 || policy.last_version != 1) return std::optional<PolicyVersionRecord>();
  return std::optional(PolicyVersionRecord{1, policy.document, policy.created});
}

Result<> put_policy_version(Transaction& tx, std::string_view account, std::string_view policy,
                            const PolicyVersionRecord& version) {
  return put_record(
      tx, version_key(account, policy, version.number),
      json::object{
          {"number", version.number}, {"document", version.document}, {"created_ms", epoch_ms(version.created)}});
}

Result<> erase_policy_version(Transaction& tx, std::string_view account, std::string_view policy, int number) {
  return tx.erase(version_key(account, policy, number));
}

Result<std::vector<PolicyVersionRecord>> policy_versions(Reader& reader, std::string_view account,
                                                         const PolicyRecord& policy) {
  std::vector<PolicyVersionRecord> versions;
  const std::string prefix = KeyWriter(KeyKind::PolicyVersion).text(account).text(policy.name).take();
  const auto cursor = reader.scan(prefix_range(prefix));
  while (cursor->next()) versions.push_back(TRY(decode_version(cursor->value())));
  TRY(cursor->status());
  if (versions.empty()) versions.push_back({1, policy.document, policy.created});
  return versions;
}

std::string_view name_in_arn(std::string_view arn) {
  const auto slash = arn.rfind('/');
  return slash == std::string_view::npos ? arn : arn.substr(slash + 1);
}

}  // namespace orrery::identity
