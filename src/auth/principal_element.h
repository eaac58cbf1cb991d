// The Principal and NotPrincipal elements
// (docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html).
#pragma once

#include "auth/principal.h"
#include "base/json.h"
#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace orrery::auth {

// One entry of a Principal element.
struct PrincipalMatch {
  enum class Kind : unsigned char {
    Everyone,   // "*" or {"AWS": "*"}
    Account,    // 12 digits or arn:aws:iam::ACCOUNT:root
    Arn,        // a user, a role, a role session, a federated user
    UniqueId,   // AIDA…, AROA…: what AWS shows in place of a deleted principal's ARN
    Service,    // "events.amazonaws.com"
    Federated,  // an identity provider
    Canonical,  // S3's canonical user id
  };
  Kind kind;
  std::string text;  // Account: the 12 digits; Everyone: empty
};

// How directly an entry speaks of a principal; the order is that of strength.
enum class Grant : unsigned char {
  None,     // not at all
  Account,  // of its account: authority is delegated, the identity policies still decide
  Role,     // of its role: still limited by implicit denies in the boundary and in session policies
  Direct,   // of itself (user, session, service, everybody): not limited by implicit denies within the account
};

Result<std::vector<PrincipalMatch>> parse_principals(const json::value& element);
Grant grant_of(const PrincipalMatch& match, const Principal& principal);
// Whether a NotPrincipal element leaves the principal out. Naming the account is not enough: the user, or the session
// and its role, have to be named as well, "otherwise the policy might deny access to the entire account" and to the
// account those of a user
// (docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html).
bool exempt(const std::vector<PrincipalMatch>& matches, const Principal& principal);

}  // namespace orrery::auth
