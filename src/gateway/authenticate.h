// Step 2: who asks. SigV4 in all its forms; the secret comes from services/identity.h.
#pragma once

#include "base/clock.h"
#include "gateway/exchange.h"

#include <functional>

namespace orrery::gateway {

class Authenticator {
 public:
  Authenticator(Identity& identity, Clock& clock) : identity_(identity), clock_(clock) {}

  // Reads the credential and finds its owner: before the body is read, so that strangers' bodies cost nothing. No
  // credential at all leaves exchange.credential null. Errors: unknown key, wrong or expired session token, …; a
  // signature that was made for another service than `signed_for` ("dynamodb"; empty: whichever, nothing will run).
  Result<> identify(Exchange& exchange, Reader& reader, std::string_view signed_for);
  // Checks the signature. `body` is hashed where the signature covers it; for a payload still to come it is nullptr and
  // the hash that a header announces is checked later (wire::check_body_hash).
  Result<> verify(Exchange& exchange, const std::string_view* body);

  // Once the operation is known (query protocol: after the body): without a signature only those that take it so.
  static Result<> admit_unsigned(const Exchange& exchange);

  // Of requests for which it answers true the root credential is not taken. Set before requests come.
  std::function<bool(const http::Request&)> distrusts_root;

 private:
  Instant judging_now(const Exchange& exchange) const;

  Identity& identity_;
  Clock& clock_;
  wire::SigningKeyCache keys_;
};

}  // namespace orrery::gateway
