#include "services/identity/stored_identity.h"

#include "base/arn.h"
#include "services/identity/entities.h"
#include "services/identity/managed_policies.h"
#include "services/tags.h"

#include <map>
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

// What GetSessionToken's credentials may: everything but IAM without multi-factor authentication, and of STS these two
// (docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html).
constexpr std::string_view kSessionTokenLimits[] = {
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":["iam:*","sts:*"],"Resource":"*"},)"
    R"({"Effect":"Allow","Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"],"Resource":"*"}]})",
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":"sts:*","Resource":"*"},)"
    R"({"Effect":"Allow","Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"],"Resource":"*"}]})",
};
// A federated user whose maker gave no policy may nothing by himself; nor IAM and STS in any case
// (docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html).
constexpr std::string_view kFederatedLimits =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["iam:*","sts:*"],"Resource":"*"}]})";
constexpr std::string_view kEverything =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})";

// Credentials of a user or role that was deleted are none any more; a service acting in its name is refused.
Error gone(const auth::Principal& principal, bool has_credential) {
  if (has_credential) {
    return api_error("InvalidClientTokenId", "The security token included in the request is invalid.", 403);
  }
  return api_error("AccessDenied", "User: " + principal.arn + " is not there any more: its role was deleted.", 403);
}

std::shared_ptr<Credential> root_credential(const Root& root) {
  auto principal = std::make_shared<auth::Principal>();
  principal->kind = auth::Principal::Kind::Root;
  principal->account = root.account;
  principal->arn = make_arn("iam", "", root.account, "root");
  principal->user_id = root.account;
  auto credential = std::make_shared<Credential>();
  credential->secret = root.secret;
  credential->principal = std::move(principal);
  return credential;
}

// What was derived from an account's identities, good for as long as none of them changes.
template <class T>
class GenerationCache {
 public:
  std::optional<T> find(std::string_view key, std::string_view generation) {
    const std::shared_lock lock(mutex_);
    const auto found = entries_.find(std::string(key));
    if (found == entries_.end() || found->second.generation != generation) return std::nullopt;
    return found->second.value;
  }
  void keep(std::string_view key, std::string_view generation, T value) {
    const std::unique_lock lock(mutex_);
    if (entries_.size() >= kMost) entries_.clear();
    entries_.insert_or_assign(std::string(key), Entry{std::string(generation), std::move(value)});
  }

 private:
  static constexpr std::size_t kMost = 10'000;
  struct Entry {
    std::string generation;
    T value;
  };
  std::shared_mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;
};

// The policies and tags of one user or role.
struct Held {
  bool there = true;  // false: deleted, whatever else may have its name by now
  std::vector<std::shared_ptr<const auth::Policy>> identity;
  std::vector<std::string> names;  // of those
  std::shared_ptr<const auth::Policy> boundary;
  std::string boundary_name;
  TagList tags;
};

// "inline NAME of role exporter"
std::string inline_name(const Entity& entity, const std::string& policy) {
  const std::string kind = entity.kind == EntityKind::User    ? "user "
                           : entity.kind == EntityKind::Group ? "group "
                                                              : "role ";
  return "inline " + policy + " of " + kind + entity.name;
}

class StoredIdentity final : public Identity {
 public:
  StoredIdentity(Store& store, Uses& uses, const std::vector<Root>& roots) : store_(store), uses_(uses) {
    for (const Root& root : roots) roots_.emplace(root.access_key, root_credential(root));
  }

  Result<std::shared_ptr<const Credential>> find_credential(Reader& reader, std::string_view access_key) override {
    if (const auto root = roots_.find(access_key); root != roots_.end()) {
      return std::shared_ptr<const Credential>(root->second);
    }
    // Sessions do not change once made; they go an hour after they have expired.
    if (access_key.starts_with("ASIA")) return find_session(reader, access_key);
    const auto key = TRY(get_access_key(reader, access_key));
    if (!key) return std::shared_ptr<const Credential>();
    const std::string now = TRY(generation(reader, key->account));
    if (auto known = users_.find(access_key, now)) return *std::move(known);
    auto credential = TRY(credential_of(reader, *key));
    users_.keep(access_key, now, credential);
    return credential;
  }

  Result<PrincipalPolicies> policies_of(Reader& reader, const auth::Principal& principal,
                                        const Credential* credential) override {
    using Kind = auth::Principal::Kind;
    PrincipalPolicies policies;
    if (credential != nullptr) policies.session = credential->session_policies;
    if (principal.kind != Kind::RoleSession && principal.kind != Kind::User && principal.kind != Kind::FederatedUser) {
      return policies;
    }
    const auto held = TRY(held_by(reader, principal));
    if (!held->there) return fail(gone(principal, credential != nullptr));
    policies.identity = held->identity;
    policies.identity_names = std::shared_ptr<const std::vector<std::string>>(held, &held->names);
    policies.boundary = held->boundary;
    policies.boundary_name = held->boundary_name;
    policies.tags = held->tags;
    return policies;
  }

  void note_use(const Credential& credential, std::string_view access_key_id, std::string_view service,
                std::string_view region, Instant now) override {
    uses_.note(store_, credential, access_key_id, service, region, now);
  }

  Result<std::shared_ptr<const auth::Policy>> compile(std::string_view text, auth::PolicyKind kind) override {
    return cache_.get(text, kind);
  }

 private:
  static constexpr std::size_t kMostSessions = 10'000;

  Result<std::shared_ptr<const Credential>> find_session(Reader& reader, std::string_view access_key) {
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

  Result<std::shared_ptr<const Credential>> credential_of(Reader& reader, const AccessKeyRecord& key) {
    const auto user = TRY(get_user_by_id(reader, key.account, key.user_id));
    if (!user) return std::shared_ptr<const Credential>();
    auto principal = std::make_shared<auth::Principal>();
    principal->kind = auth::Principal::Kind::User;
    principal->account = key.account;
    principal->arn = user->arn;
    principal->user_id = user->id;
    principal->name = user->name;
    auto credential = std::make_shared<Credential>();
    credential->secret = key.secret;
    credential->active = key.active;
    credential->principal = std::move(principal);
    return std::shared_ptr<const Credential>(std::move(credential));
  }

  Result<std::shared_ptr<const Credential>> credential_of(const SessionRecord& session) {
    auto credential = std::make_shared<Credential>();
    credential->secret = session.secret;
    credential->session_token = session.token;
    credential->expires = session.expires;
    credential->transitive_tag_keys = session.transitive_tag_keys;
    credential->principal = std::make_shared<auth::Principal>(session_principal(session));
    const auto add = [&](std::string_view text, std::string name) -> Result<> {
      credential->session_policies.push_back(TRY(cache_.get(text, auth::PolicyKind::Identity)));
      credential->session_policy_names.push_back(std::move(name));
      return {};
    };
    for (const auto& text : session.session_policies) {
      TRY(add(text, "session policy " + std::to_string(credential->session_policies.size() + 1)));
    }
    if (session.kind == SessionRecord::Kind::User || session.kind == SessionRecord::Kind::Root) {
      TRY(add(kSessionTokenLimits[session.mfa_at ? 1 : 0], "the limits of GetSessionToken's credentials"));
    }
    if (session.kind == SessionRecord::Kind::Federated) TRY(add(kFederatedLimits, "the limits of federated users"));
    return std::shared_ptr<const Credential>(std::move(credential));
  }

  Result<std::shared_ptr<const Held>> held_by(Reader& reader, const auth::Principal& principal) {
    // Of a session "AROA…:name", of a federated user its maker.
    const std::string_view id = principal.issuer_arn.empty()
                                    ? std::string_view(principal.user_id).substr(0, principal.user_id.find(':'))
                                    : std::string_view(principal.issuer_id);
    const std::string now = TRY(generation(reader, principal.account));
    if (auto known = held_.find(id, now)) return *std::move(known);
    auto held = std::make_shared<Held>();
    if (principal.kind == auth::Principal::Kind::RoleSession) {
      TRY(hold_role(reader, principal, *held));
    } else if (principal.issuer_arn.ends_with(":root")) {
      held->identity.push_back(TRY(cache_.get(kEverything, auth::PolicyKind::Identity)));
      held->names.emplace_back("the account's root");
    } else {
      TRY(hold_user(reader, principal, *held));
    }
    held_.keep(id, now, held);
    return std::shared_ptr<const Held>(std::move(held));
  }

  Result<> hold_role(Reader& reader, const auth::Principal& principal, Held& held) {
    const std::string& account = principal.account;
    const auto role = TRY(get_role(reader, account, name_in_arn(principal.role_arn)));
    // A role that was deleted and made again is another role: sessions of the first are nobody's.
    held.there = role && principal.user_id.starts_with(role->id + ":");
    if (!held.there) return {};
    TRY(hold_policies(reader, {EntityKind::Role, account, role->name, role->name}, held));
    return hold_rest(reader, account, role->boundary_arn, role->arn, held);
  }

  Result<> hold_user(Reader& reader, const auth::Principal& principal, Held& held) {
    const std::string& account = principal.account;
    const bool issued = !principal.issuer_arn.empty();
    const auto user = TRY(get_user_by_id(reader, account, issued ? principal.issuer_id : principal.user_id));
    held.there = user.has_value();
    if (!held.there) return {};
    TRY(hold_policies(reader, {EntityKind::User, account, user->id, user->name}, held));
    std::vector<std::string> groups;
    const auto cursor = reader.scan(prefix_range(groups_of_user_prefix(account, user->id)));
    while (cursor->next()) groups.emplace_back(cursor->value());
    TRY(cursor->status());
    for (const auto& id : groups) {
      const auto group = TRY(get_group_by_id(reader, account, id));
      TRY(hold_policies(reader, {EntityKind::Group, account, id, group ? group->name : std::string()}, held));
    }
    return hold_rest(reader, account, user->boundary_arn, user->arn, held);
  }

  Result<> hold_rest(Reader& reader, std::string_view account, const std::string& boundary, std::string_view arn,
                     Held& held) {
    if (!boundary.empty()) held.boundary = TRY(managed(reader, account, boundary));
    held.boundary_name = "boundary " + boundary;
    for (auto& [key, value] : TRY(get_tags(reader, arn))) held.tags.emplace_back(key, value);
    return {};
  }

  Result<> hold_policies(Reader& reader, const Entity& entity, Held& held) {
    const auto inlined = reader.scan(prefix_range(inline_prefix(entity)));
    while (inlined->next()) {
      held.identity.push_back(TRY(cache_.get(inlined->value(), auth::PolicyKind::Identity)));
      held.names.push_back(inline_name(entity, last_part(inlined->key())));
    }
    TRY(inlined->status());
    const auto attached = reader.scan(prefix_range(attached_prefix(entity)));
    while (attached->next()) {
      auto policy = TRY(managed(reader, entity.account, attached->value()));
      if (policy == nullptr) continue;
      held.identity.push_back(std::move(policy));
      held.names.emplace_back(attached->value());
    }
    return attached->status();
  }

  Result<std::shared_ptr<const auth::Policy>> managed(Reader& reader, std::string_view account, std::string_view arn) {
    if (const ManagedPolicy* aws = find_managed_policy(arn))
      return cache_.get(aws->document, auth::PolicyKind::Identity);
    const auto policy = TRY(get_policy(reader, account, name_in_arn(arn)));
    if (!policy) return std::shared_ptr<const auth::Policy>();
    return cache_.get(policy->document, auth::PolicyKind::Identity);
  }

  Store& store_;
  Uses& uses_;
  std::map<std::string, std::shared_ptr<Credential>, std::less<>> roots_;
  PolicyCache cache_;
  GenerationCache<std::shared_ptr<const Credential>> users_;
  GenerationCache<std::shared_ptr<const Held>> held_;
  std::shared_mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const Credential>> sessions_;  // immutable once made
};

}  // namespace

std::unique_ptr<Identity> make_identity(Store& store, Uses& uses, const std::vector<Root>& roots) {
  return std::make_unique<StoredIdentity>(store, uses, roots);
}

auth::Principal session_principal(const SessionRecord& session) {
  using Kind = auth::Principal::Kind;
  auth::Principal principal;
  switch (session.kind) {
    case SessionRecord::Kind::Role:
      principal = session_principal(session.account, session.role_arn, session.role_id, session.session_name);
      break;
    case SessionRecord::Kind::User:
      principal.kind = Kind::User;
      principal.arn = session.issuer_arn;
      principal.user_id = session.issuer_id;
      break;
    case SessionRecord::Kind::Root:
      principal.kind = Kind::Root;
      principal.arn = make_arn("iam", "", session.account, "root");
      principal.user_id = session.account;
      break;
    case SessionRecord::Kind::Federated:
      principal.kind = Kind::FederatedUser;
      principal.arn = make_arn("sts", "", session.account, "federated-user/" + session.session_name);
      principal.user_id = session.account + ":" + session.session_name;
      principal.issuer_arn = session.issuer_arn;
      principal.issuer_id = session.issuer_id;
      break;
  }
  principal.account = session.account;
  principal.name = session.session_name;
  principal.token_issued = session.issued;
  principal.mfa_at = session.mfa_at;
  principal.source_identity = session.source_identity;
  principal.federated_provider = session.federated_provider;
  principal.session_tags = session.tags;
  return principal;
}

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
