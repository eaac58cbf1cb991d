// Who asks, and the facts of the request that policy conditions and variables may name.
#pragma once

#include "base/time.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orrery::auth {

struct Principal {
  enum class Kind : unsigned char {
    Anonymous,      // no credentials at all: only a resource policy for everybody lets it in
    Root,           // the account itself
    User,           // an IAM user
    RoleSession,    // AssumeRole and its relatives
    Service,        // an AWS service acting for itself
    FederatedUser,  // GetFederationToken: limited by the policies of the user (or root) who made it
    WebIdentity,    // whoever an identity provider vouches for: asks for AssumeRoleWithWebIdentity and nothing else
  };

  Kind kind = Kind::Anonymous;
  std::string account;  // 12 digits; empty for Anonymous and Service
  // As GetCallerIdentity shows it: "arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:user/path/ann",
  // "arn:aws:sts::111122223333:assumed-role/exporter/session", "arn:aws:sts::111122223333:federated-user/bob"; for
  // Service its name, "events.amazonaws.com"; for WebIdentity the provider as trust policies name it under "Federated"
  // ("arn:aws:iam::111122223333:oidc-provider/issuer.example/path").
  std::string arn;
  std::string user_id;   // "AIDA…", "AROA…:session", "111122223333:bob", for Root the account id
  std::string name;      // User: the user's name without path; RoleSession, FederatedUser: the session's name
  std::string role_arn;  // RoleSession: "arn:aws:iam::111122223333:role/path/exporter"; otherwise empty

  // Of temporary credentials; what long-term keys do not have.
  std::string issuer_arn;               // FederatedUser: the user or root whose policies hold; otherwise empty
  std::string issuer_id;                // … and its unique id
  std::optional<Instant> token_issued;  // aws:TokenIssueTime; absent: a long-term key
  std::optional<Instant> mfa_at;        // aws:MultiFactorAuthPresent is "true", …Age counts from here
  std::string source_identity;          // aws:SourceIdentity; empty: none
  std::string federated_provider;       // aws:FederatedProvider of AssumeRoleWithWebIdentity's sessions
  std::vector<std::pair<std::string, std::string>> session_tags;  // aws:PrincipalTag/KEY; they win over the role's own
};

// Condition keys with their values, e.g. "s3:prefix" -> {"photos/"}. Key names are compared without case, as AWS does
// (docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition.html). What evaluate() derives by itself from
// the Request need not be set: aws:username, aws:userid, aws:PrincipalArn, aws:PrincipalAccount, aws:PrincipalType,
// aws:PrincipalIsAWSService, aws:PrincipalServiceName, aws:ResourceAccount, aws:CurrentTime, aws:EpochTime. A key that
// is set here wins.
class Context {
 public:
  using Values = std::vector<std::string>;

  // Replaces the values of the key.
  void set(std::string_view key, std::string value);
  void set(std::string_view key, Values values);
  // Adds one value to those that the key has.
  void add(std::string_view key, std::string value);
  // nullptr when the key is not in the request's context.
  const Values* find(std::string_view key) const;

 private:
  std::vector<std::pair<std::string, Values>> entries_;  // few: a linear search beats a map
};

}  // namespace orrery::auth
