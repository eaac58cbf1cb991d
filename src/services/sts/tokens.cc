// Temporary credentials that need no role: a user's own, and those he makes for somebody else.
#include "services/identity/stored_identity.h"
#include "services/sts/operations.h"

namespace orrery::sts {
namespace {

using Kind = auth::Principal::Kind;

constexpr std::int64_t kDefaultTokenSeconds = 43'200;
constexpr std::int64_t kRootMostSeconds = 3600;

// "If you call with the credentials of the root user, the maximum is one hour": longer ones are cut.
std::int64_t duration(const Call& call, const std::optional<std::int64_t>& wanted) {
  const std::int64_t seconds = wanted.value_or(kDefaultTokenSeconds);
  return call.principal->kind == Kind::Root ? std::min(seconds, kRootMostSeconds) : seconds;
}

// Both are for long-term keys only.
Result<> check_long_term(const Call& call, const char* operation) {
  const bool long_term =
      (call.principal->kind == Kind::User || call.principal->kind == Kind::Root) && !call.principal->token_issued;
  if (long_term) return {};
  return fail(api_error("AccessDenied", std::string("Cannot call ") + operation + " with session credentials", 403));
}

}  // namespace

Result<GetSessionTokenResponse> get_session_token(Sts& sts, Call& call, Transaction& tx,
                                                  const GetSessionTokenRequest& input) {
  TRY(check_long_term(call, "GetSessionToken"));
  identity::SessionRecord session;
  session.kind =
      call.principal->kind == Kind::Root ? identity::SessionRecord::Kind::Root : identity::SessionRecord::Kind::User;
  session.account = call.account;
  session.session_name = call.principal->name;
  session.issuer_arn = call.principal->arn;
  session.issuer_id = call.principal->user_id;
  session.mfa_at = TRY(check_mfa(tx, call, input.SerialNumber, input.TokenCode));
  GetSessionTokenResponse output;
  output.Credentials = TRY(open_session(sts, call, tx, session, duration(call, input.DurationSeconds)));
  return output;
}

Result<GetFederationTokenResponse> get_federation_token(Sts& sts, Call& call, Transaction& tx,
                                                        const GetFederationTokenRequest& input) {
  TRY(check_long_term(call, "GetFederationToken"));
  identity::SessionRecord session;
  session.kind = identity::SessionRecord::Kind::Federated;
  session.account = call.account;
  session.session_name = input.Name;
  session.issuer_arn = call.principal->arn;
  session.issuer_id = call.principal->user_id;
  session.session_policies = TRY(session_policies(tx, call.account, {input.Policy, input.PolicyArns}));
  session.tags = TRY(session_tags(input.Tags));
  GetFederationTokenResponse output;
  output.PackedPolicySize = TRY(packed_size(session));
  output.Credentials = TRY(open_session(sts, call, tx, session, duration(call, input.DurationSeconds)));
  const auto principal = identity::session_principal(session);
  output.FederatedUser = FederatedUser{principal.user_id, principal.arn};
  return output;
}

}  // namespace orrery::sts
