// AWS Signature Version 4, the server's side: pure functions over the bytes of a request as they were sent.
// Rules: docs.aws.amazon.com IAM User Guide "Create a signed AWS API request", and for S3 its API Reference,
// "Authenticating Requests (AWS Signature Version 4)". Order of use in the gateway:
//
//   auth = read_authentication(request)            None: anonymous, the caller decides (missing_authentication)
//   secret of auth.credential.access_key           unknown: unknown_access_key(style, key)
//   needs_body_hash(auth) ? hex(sha256(body)) : "" most services but S3: read the body first
//   seed = verify_signature(request, auth, secret, body_hash, now, keys)
//   body_hash_follows(auth): S3 checks the body as it streams: check_body_hash() at its end
//   is_aws_chunked(auth.payload): AwsChunkedDecoder (wire/aws_chunked.h) with the seed
#pragma once

#include "base/encode.h"
#include "base/result.h"
#include "base/time.h"
#include "wire/sigv4_key.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace orrery::wire {

// How a service words the errors of authentication, and with which status.
enum class ErrorStyle : std::uint8_t {
  Json,      // json 1.0 and 1.1: "InvalidSignatureException", status 400
  Query,     // query: "SignatureDoesNotMatch", "IncompleteSignature"
  RestJson,  // rest-json: Json's codes, status 403
  S3,
};

// Views of a request; whoever owns the bytes keeps them until verification (and the Authentication) is done.
struct SignedRequest {
  std::string_view method;
  std::string_view raw_path;   // as sent, still percent-encoded; empty means "/"
  std::string_view raw_query;  // as sent, without '?'
  std::span<const std::pair<std::string_view, std::string_view>> headers;  // names in any case
  // S3 also means: the path is signed as sent, neither normalised nor encoded twice, and x-amz-* must be signed.
  ErrorStyle style = ErrorStyle::Json;
};

enum class AuthKind : std::uint8_t { None, Header, Presigned };

enum class PayloadMode : std::uint8_t {
  Absent,                    // no x-amz-content-sha256: the signature covers the hash of the body
  Sha256,                    // x-amz-content-sha256 is the hex hash of the body
  Unsigned,                  // UNSIGNED-PAYLOAD, and presigned S3 requests
  StreamingSigned,           // STREAMING-AWS4-HMAC-SHA256-PAYLOAD
  StreamingSignedTrailer,    // STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER
  StreamingUnsignedTrailer,  // STREAMING-UNSIGNED-PAYLOAD-TRAILER
};

struct Credential {
  std::string_view access_key;
  std::string_view date;  // YYYYMMDD
  std::string_view region;
  std::string_view service;
};

// What a request says about its signer. The views point into the request or into `storage`; copies share it.
struct Authentication {
  AuthKind kind = AuthKind::None;
  Credential credential;
  std::string_view signed_headers;  // "host;x-amz-date": lower case, sorted, as sent
  std::string_view signature;       // 64 hex digits when genuine
  std::string_view session_token;   // empty: none
  std::string_view timestamp;       // "20150830T123600Z"
  std::string_view payload_hash;    // as the canonical request ends: hex, "UNSIGNED-PAYLOAD", …; empty when Absent
  PayloadMode payload = PayloadMode::Absent;
  Instant signed_at{};
  std::optional<Millis> expires;               // presigned: how long after signed_at it is good for
  std::shared_ptr<const std::string> storage;  // decoded query parameters of a presigned request
};

// What chunk signatures chain from (wire/aws_chunked.h).
struct SignatureSeed {
  Sha256Digest signing_key{};
  std::array<char, 64> signature{};  // lower-case hex
  std::string timestamp;             // these two only when the payload is a signed stream
  std::string scope;                 // "20150830/us-east-1/s3/aws4_request"
};

// Parses only: says nothing about whether the signature is right. An anonymous request is AuthKind::None, not an error.
// Errors: IncompleteSignature(Exception); S3: AuthorizationHeaderMalformed, AuthorizationQueryParametersError,
// InvalidRequest, InvalidArgument, AccessDenied. Signature Version 2 and 4A are refused by name.
Result<Authentication> read_authentication(const SignedRequest& request);

// The signature covers the hash of a body that no header announces: hash it before verify_signature.
inline bool needs_body_hash(const Authentication& auth) { return auth.payload == PayloadMode::Absent; }
// A header announces the hash: the body may be read after verify_signature, and must pass check_body_hash then.
inline bool body_hash_follows(const Authentication& auth) { return auth.payload == PayloadMode::Sha256; }
inline bool is_aws_chunked(PayloadMode mode) { return mode >= PayloadMode::StreamingSigned; }

// Checks the time of signing against `machine_now` (15 minutes either way; presigned: until it expires), that what must
// be signed is, then recomputes the signature and compares it in constant time. A session token is not looked at:
// whether it belongs to the access key is for the caller to find. `body_sha256_hex` is lower-case hex: required when
// needs_body_hash, may be empty otherwise; when given, check_body_hash is done as well. Errors: SignatureDoesNotMatch /
// InvalidSignatureException; S3: RequestTimeTooSkewed, AccessDenied ("Request has expired"), XAmzContentSHA256Mismatch.
Result<SignatureSeed> verify_signature(const SignedRequest& request, const Authentication& auth,
                                       std::string_view secret, std::string_view body_sha256_hex, Instant machine_now,
                                       SigningKeyCache& keys);

// For body_hash_follows: S3 XAmzContentSHA256Mismatch, others the error of a wrong signature.
Result<> check_body_hash(const Authentication& auth, std::string_view body_sha256_hex, ErrorStyle style);

// Was the request signed for this service ("dynamodb")? verify_signature takes the scope as the signer gave it.
Result<> check_credential_service(const Authentication& auth, std::string_view service, ErrorStyle style);

// Errors of authentication that only the caller can find.
Error missing_authentication(ErrorStyle style);  // S3: AccessDenied, for an operation that anonymous callers may not do
Error unknown_access_key(ErrorStyle style, std::string_view access_key);
Error invalid_session_token(ErrorStyle style, std::string_view token);  // not this key's, or malformed
Error expired_session_token(ErrorStyle style, std::string_view token);

}  // namespace orrery::wire
