#include "gateway/authenticate.h"

#include "base/encode.h"

#include <algorithm>

namespace orrery::gateway {
namespace {

bool takes_unsigned(const Exchange& exchange) {
  return exchange.operation != nullptr
             ? exchange.operation->unsigned_too
             : exchange.model == nullptr && std::ranges::any_of(exchange.service->operations, &Operation::unsigned_too);
}

Error root_of_a_function(wire::ErrorStyle style, std::string_view access_key) {
  Error error = wire::unknown_access_key(style, access_key);
  error.message +=
      " The request comes from a function and is signed with the well-known root credential, which functions may not "
      "use: leave the keys out of the client, and it takes those of the function's role.";
  return error;
}

// AWS does not take a token with a long-term key either; its message does not say what is wrong.
Error token_of_another_key(wire::ErrorStyle style, const wire::Authentication& auth, const Credential& credential) {
  Error error = wire::invalid_session_token(style, auth.session_token);
  if (credential.session_token.empty()) {
    error.message.append(" The access key ").append(auth.credential.access_key);
    error.message += " is a long-term one and takes no session token: unset AWS_SESSION_TOKEN (aws_session_token).";
  } else if (auth.session_token.empty()) {
    error.message.append(" The access key ").append(auth.credential.access_key);
    error.message += " is a session's and needs its session token: set AWS_SESSION_TOKEN (aws_session_token).";
  }
  return error;
}

}  // namespace

Result<> Authenticator::identify(Exchange& exchange, Reader& reader, std::string_view signed_for) {
  const auto style = error_style(*exchange.service->model);
  exchange.auth = TRY(wire::read_authentication(exchange.signed_request()));
  // Before its body is taken: strangers cannot make the server hold one.
  if (exchange.auth.kind == wire::AuthKind::None) {
    if (takes_unsigned(exchange)) return {};
    return fail(wire::missing_authentication(style));
  }
  if (!signed_for.empty()) TRY(wire::check_credential_service(exchange.auth, signed_for, style));

  const auto& auth = exchange.auth;
  auto credential = TRY(identity_.find_credential(reader, auth.credential.access_key));
  if (credential == nullptr || !credential->active) {
    return fail(wire::unknown_access_key(style, auth.credential.access_key));
  }
  if (!constant_time_equal(auth.session_token, credential->session_token)) {
    return fail(token_of_another_key(style, auth, *credential));
  }
  if (credential->expires && *credential->expires <= clock_.now()) {
    return fail(wire::expired_session_token(style, auth.session_token));
  }
  if (credential->principal->kind == auth::Principal::Kind::Root && distrusts_root && distrusts_root(exchange.http)) {
    return fail(root_of_a_function(style, auth.credential.access_key));
  }
  exchange.credential = std::move(credential);
  return {};
}

// A function under a wound clock signs with the time that it sees, and its credentials are a session, which lives by
// that clock (docs/decisions/006-two-clocks.md). Whichever clock is nearer judges.
Instant Authenticator::judging_now(const Exchange& exchange) const {
  const Instant machine = clock_.machine_now();
  if (exchange.credential->session_token.empty()) return machine;
  const Instant orrery = clock_.now();
  const Instant signed_at = exchange.auth.signed_at;
  return std::chrono::abs(signed_at - orrery) < std::chrono::abs(signed_at - machine) ? orrery : machine;
}

Result<> Authenticator::verify(Exchange& exchange, const std::string_view* body) {
  if (exchange.credential == nullptr) return admit_unsigned(exchange);
  const bool covered = wire::needs_body_hash(exchange.auth) || wire::body_hash_follows(exchange.auth);
  const std::string hash = body != nullptr && covered ? hex(view(sha256(*body))) : std::string();
  exchange.seed = TRY(wire::verify_signature(exchange.signed_request(), exchange.auth, exchange.credential->secret,
                                             hash, judging_now(exchange), keys_));
  identity_.note_use(*exchange.credential, exchange.auth.credential.access_key, exchange.service->action_prefix(),
                     exchange.auth.credential.region, clock_.now());
  return {};
}

Result<> Authenticator::admit_unsigned(const Exchange& exchange) {
  if (exchange.credential != nullptr || takes_unsigned(exchange)) return {};
  return fail(wire::missing_authentication(error_style(*exchange.service->model)));
}

}  // namespace orrery::gateway
