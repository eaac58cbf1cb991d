// Who is behind an access key, and what they may do: declared here for the gateway, implemented in services/identity/.
#pragma once

#include "auth/evaluate.h"
#include "store/store.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orrery {

struct Credential {
  std::string secret;
  std::string session_token;       // empty for long-term keys
  std::optional<Instant> expires;  // on the Orrery's clock
  std::shared_ptr<const auth::Principal> principal;
  std::vector<std::shared_ptr<const auth::Policy>> session_policies;  // of AssumeRole's Policy and PolicyArns
  std::vector<std::string> session_policy_names;                      // what explanations call them
  std::vector<std::string> transitive_tag_keys;  // session tags that a role assumed from this session inherits
  bool active = true;                            // false: a long-term key that its user has disabled
  mutable std::atomic<std::uint64_t> noted = 0;  // what note_use() last took down of it
};

// Compiled policies that apply to a principal.
struct PrincipalPolicies {
  std::vector<std::shared_ptr<const auth::Policy>> identity;
  std::shared_ptr<const auth::Policy> boundary;
  std::vector<std::shared_ptr<const auth::Policy>> session;
  // What explanations call them: the ARN of a managed one, "inline NAME of role exporter", "boundary ARN".
  std::shared_ptr<const std::vector<std::string>> identity_names;
  std::string boundary_name;
  // Tags of the user or the role as they are now (aws:PrincipalTag/KEY); those of the session, Principal::session_tags,
  // win over them. Keys differ in more than case.
  std::vector<std::pair<std::string, std::string>> tags;
};

class Identity {
 public:
  virtual ~Identity() = default;
  // nullptr: no such key. Cached; a change is in force for the next request.
  virtual Result<std::shared_ptr<const Credential>> find_credential(Reader& reader, std::string_view access_key_id) = 0;
  // `credential` is nullptr for who needs none (a service acting in a role's name). Error: InvalidClientTokenId (403),
  // for sessions of a user or role that is not there any more, even when there is another one of its name.
  virtual Result<PrincipalPolicies> policies_of(Reader& reader, const auth::Principal& principal,
                                                const Credential* credential) = 0;
  // A signed request has passed: remembered in memory and written down now and then (GetAccessKeyLastUsed,
  // RoleLastUsed). Cheap enough for every request.
  virtual void note_use(const Credential& credential, std::string_view access_key_id, std::string_view service,
                        std::string_view region, Instant now) = 0;
  // Compiled form of a resource policy's text, cached by text.
  virtual Result<std::shared_ptr<const auth::Policy>> compile(std::string_view text, auth::PolicyKind kind) = 0;
};

}  // namespace orrery
