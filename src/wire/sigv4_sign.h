// Signs requests with Signature Version 4, header form: for tests and for internal clients.
#pragma once

#include "base/time.h"
#include "wire/sigv4.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orrery::wire {

struct SigningIdentity {
  std::string_view access_key;
  std::string_view secret;
  std::string_view session_token;  // empty: none
  std::string_view region;
  std::string_view service;  // signing name: "dynamodb", "s3"
};

// The headers to add to `request` (which must have Host, and keeps all of its headers signed): X-Amz-Date,
// X-Amz-Security-Token with a session token, X-Amz-Content-Sha256 for S3, Authorization.
// `payload_hash` is the lower-case hex SHA-256 of the body, "UNSIGNED-PAYLOAD" or a "STREAMING-…" word.
std::vector<std::pair<std::string, std::string>> sign_request(const SignedRequest& request,
                                                              const SigningIdentity& identity,
                                                              std::string_view payload_hash, Instant at);

}  // namespace orrery::wire
