#include "gateway/authenticate.h"

#include "base/encode.h"

namespace orrery::gateway {

Result<> Authenticator::identify(Exchange& exchange, Reader& reader, std::string_view signed_for) {
  const auto style = error_style(*exchange.service->model);
  exchange.auth = TRY(wire::read_authentication(exchange.signed_request()));
  // Before its body is taken: strangers cannot make the server hold one.
  if (exchange.auth.kind == wire::AuthKind::None) return fail(wire::missing_authentication(style));
  if (!signed_for.empty()) TRY(wire::check_credential_service(exchange.auth, signed_for, style));

  const auto& auth = exchange.auth;
  auto credential = TRY(identity_.find_credential(reader, auth.credential.access_key));
  if (credential == nullptr) return fail(wire::unknown_access_key(style, auth.credential.access_key));
  // A long-term key takes no token: the root credential is used with whatever AWS_SESSION_TOKEN lies around in no case.
  if (!constant_time_equal(auth.session_token, credential->session_token)) {
    return fail(wire::invalid_session_token(style, auth.session_token));
  }
  if (credential->expires && *credential->expires <= clock_.now()) {
    return fail(wire::expired_session_token(style, auth.session_token));
  }
  exchange.credential = std::move(credential);
  return {};
}

Result<> Authenticator::verify(Exchange& exchange, const std::string_view* body) {
  const auto style = error_style(*exchange.service->model);
  if (exchange.credential == nullptr) return fail(wire::missing_authentication(style));
  const bool covered = wire::needs_body_hash(exchange.auth) || wire::body_hash_follows(exchange.auth);
  const std::string hash = body != nullptr && covered ? hex(view(sha256(*body))) : std::string();
  exchange.seed = TRY(wire::verify_signature(exchange.signed_request(), exchange.auth, exchange.credential->secret,
                                             hash, clock_.machine_now(), keys_));
  return {};
}

}  // namespace orrery::gateway
