// The functions behind the rows of sts.cc, and what they share.
#pragma once

#include "services/identity/records.h"
#include "services/sts/sts.h"
#include "shapes/sts.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::sts {

// assume_role.cc
Result<AssumeRoleResponse> assume_role(Sts& sts, Call& call, Transaction& tx, const AssumeRoleRequest& input);
Result<std::vector<Access>> assumed_role(const Call& call, const AssumeRoleRequest& input);

// web_identity.cc
Result<AssumeRoleWithWebIdentityResponse> assume_role_with_web_identity(Sts& sts, Call& call, Transaction& tx,
                                                                        const AssumeRoleWithWebIdentityRequest& input);

// tokens.cc
Result<GetSessionTokenResponse> get_session_token(Sts& sts, Call& call, Transaction& tx,
                                                  const GetSessionTokenRequest& input);
Result<GetFederationTokenResponse> get_federation_token(Sts& sts, Call& call, Transaction& tx,
                                                        const GetFederationTokenRequest& input);

// information.cc
Result<GetCallerIdentityResponse> get_caller_identity(Call& call, Reader& reader,
                                                      const GetCallerIdentityRequest& input);
Result<GetAccessKeyInfoResponse> get_access_key_info(Call& call, Reader& reader, const GetAccessKeyInfoRequest& input);
Result<DecodeAuthorizationMessageResponse> decode_authorization_message(Call& call, Reader& reader,
                                                                        const DecodeAuthorizationMessageRequest& input);

// session.cc: what every way to a session has in common.
struct SessionLimits {
  const std::optional<std::string>& policy;
  const std::optional<std::vector<PolicyDescriptorType>>& policy_arns;
};
// The documents of Policy and PolicyArns, checked.
Result<std::vector<std::string>> session_policies(Reader& reader, const std::string& account,
                                                  const SessionLimits& limits);
// Of policies and tags, in percent of what fits; PackedPolicyTooLarge. nullopt: there are none.
Result<std::optional<std::int64_t>> packed_size(const identity::SessionRecord& session);
Result<identity::TagList> session_tags(const std::optional<std::vector<Tag>>& tags);
// Fills key, secret, token and times in, and stores it.
Result<Credentials> open_session(Sts& sts, Call& call, Transaction& tx, identity::SessionRecord& session,
                                 std::int64_t seconds);
Result<identity::RoleRecord> role_of(Reader& reader, const Call& call, const std::string& role_arn,
                                     std::string_view action);
Result<std::int64_t> role_duration(const std::optional<std::int64_t>& wanted, const identity::RoleRecord& role);
// When a device's code was given: checked; AccessDenied when it is wrong.
Result<std::optional<Instant>> check_mfa(Transaction& tx, const Call& call, const std::optional<std::string>& serial,
                                         const std::optional<std::string>& code);

}  // namespace orrery::sts
