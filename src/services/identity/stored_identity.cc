#include "services/identity/stored_identity.h"

#include "base/arn.h"
#include "services/identity/managed_policies.h"
#include "services/identity/records.h"

#include <mutex>
#include <shared_mutex>
#include <unordered_map>

namespace orrery::identity {
namespace {

// Text -> compiled policy. Policies are few and long-lived; when very many have passed through, it starts afresh.
class PolicyCache {
 public:
  Result<std::shared_ptr<const auth::Policy>> get(std::string_view text, auth::PolicyKind kind) {
    std::string key(1, static_cast<char>(kind));
    key += text;
    {
      const std::shared_lock lock(mutex_);
      if (const auto found = compiled_.find(key); found != compiled_.end()) return found->second;
    }
    auto policy = std::make_shared<const auth::Policy>(TRY(auth::parse_policy(text, kind)));
    const std::unique_lock lock(mutex_);
    if (compiled_.size() >= kMost) compiled_.clear();
    compiled_.emplace(std::move(key), policy);
    return policy;
  }

 private:
  static constexpr std::size_t kMost = 10'000;
  std::shared_mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const auth::Policy>> compiled_;
};

class StoredIdentity final : public Identity {
 public:
  explicit StoredIdentity(const Root& root) : root_key_(root.access_key), root_(std::make_shared<Credential>()) {
    auto principal = std::make_shared<auth::Principal>();
    principal->kind = auth::Principal::Kind::Root;
    principal->account = root.account;
    principal->arn = make_arn("iam", "", root.account, "root");
    principal->user_id = root.account;
    root_->secret = root.secret;
    root_->principal = std::move(principal);
  }

  Result<std::shared_ptr<const Credential>> find_credential(Reader& reader, std::string_view access_key) override {
    if (access_key == root_key_) return std::shared_ptr<const Credential>(root_);
    {
      const std::shared_lock lock(mutex_);
      if (const auto found = sessions_.find(std::string(access_key)); found != sessions_.end()) return found->second;
    }
    const auto session = TRY(get_session(reader, access_key));
    if (!session) return std::shared_ptr<const Credential>();
    auto credential = TRY(credential_of(*session));
    const std::unique_lock lock(mutex_);
    if (sessions_.size() >= kMostSessions) sessions_.clear();
    sessions_.emplace(access_key, credential);
    return credential;
  }

  Result<PrincipalPolicies> policies_of(Reader& reader, const auth::Principal& principal,
                                        const Credential* credential) override {
    PrincipalPolicies policies;
    if (credential != nullptr) policies.session = credential->session_policies;
    if (principal.kind != auth::Principal::Kind::RoleSession) return policies;
    const auto role = TRY(get_role(reader, principal.account, name_in_arn(principal.role_arn)));
    // A role that was deleted and made again is another role: sessions of the first have no permissions.
    if (!role || !principal.user_id.starts_with(role->id + ":")) return policies;
    TRY(add_inline(reader, principal.account, role->name, policies));
    TRY(add_attached(reader, principal.account, role->name, policies));
    if (!role->boundary_arn.empty()) policies.boundary = TRY(managed(reader, principal.account, role->boundary_arn));
    return policies;
  }

  void note_use(const Credential&, std::string_view, std::string_view, std::string_view, Instant) override {}

  Result<std::shared_ptr<const auth::Policy>> compile(std::string_view text, auth::PolicyKind kind) override {
    return cache_.get(text, kind);
  }

 private:
  static constexpr std::size_t kMostSessions = 10'000;

  Result<std::shared_ptr<const Credential>> credential_of(const SessionRecord& session) {
    auto credential = std::make_shared<Credential>();
    credential->secret = session.secret;
    credential->session_token = session.token;
    credential->expires = session.expires;
    credential->principal = std::make_shared<auth::Principal>(
        session_principal(session.account, session.role_arn, session.role_id, session.session_name));
    for (const auto& text : session.session_policies) {
      credential->session_policies.push_back(TRY(cache_.get(text, auth::PolicyKind::Identity)));
    }
    return std::shared_ptr<const Credential>(std::move(credential));
  }

  Result<> add_inline(Reader& reader, std::string_view account, std::string_view role, PrincipalPolicies& policies) {
    const auto cursor = reader.scan(prefix_range(inline_policies_prefix(account, role)));
    while (cursor->next()) policies.identity.push_back(TRY(cache_.get(cursor->value(), auth::PolicyKind::Identity)));
    return cursor->status();
  }

  Result<> add_attached(Reader& reader, std::string_view account, std::string_view role, PrincipalPolicies& policies) {
    const auto cursor = reader.scan(prefix_range(attached_policies_prefix(account, role)));
    while (cursor->next()) {
      auto policy = TRY(managed(reader, account, cursor->value()));
      if (policy != nullptr) policies.identity.push_back(std::move(policy));
    }
    return cursor->status();
  }

  Result<std::shared_ptr<const auth::Policy>> managed(Reader& reader, std::string_view account, std::string_view arn) {
    if (const ManagedPolicy* aws = find_managed_policy(arn))
      return cache_.get(aws->document, auth::PolicyKind::Identity);
    const auto policy = TRY(get_policy(reader, account, name_in_arn(arn)));
    if (!policy) return std::shared_ptr<const auth::Policy>();
    return cache_.get(policy->document, auth::PolicyKind::Identity);
  }

  const std::string root_key_;
  const std::shared_ptr<Credential> root_;
  PolicyCache cache_;
  std::shared_mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const Credential>> sessions_;  // immutable once made
};

}  // namespace

std::unique_ptr<Identity> make_identity(const Root& root) { return std::make_unique<StoredIdentity>(root); }

auth::Principal session_principal(std::string_view account, std::string_view role_arn, std::string_view role_id,
                                  std::string_view session_name) {
  auth::Principal principal;
  principal.kind = auth::Principal::Kind::RoleSession;
  principal.account = account;
  principal.name = session_name;
  principal.role_arn = role_arn;
  principal.user_id = std::string(role_id) + ":" + std::string(session_name);
  principal.arn = make_arn("sts", "", account,
                           "assumed-role/" + std::string(name_in_arn(role_arn)) + "/" + std::string(session_name));
  return principal;
}

}  // namespace orrery::identity
