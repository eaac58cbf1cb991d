#include "wire/sigv4.h"

#include "wire/sigv4_internal.h"

namespace orrery::wire {
namespace {

constexpr Millis kSkew = std::chrono::minutes(15);

// One a thread, so that a verification allocates nothing once they have grown.
struct Scratch {
  std::string canonical;
  std::string to_sign;
};
Scratch& scratch() {
  thread_local Scratch instance;
  instance.canonical.clear();
  instance.to_sign.clear();
  return instance;
}

std::string span_words(Millis span) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(span).count();
  return seconds % 60 == 0 ? std::to_string(seconds / 60) + " min." : std::to_string(seconds) + " sec.";
}

// `lifetime` after its signing a request is too old; 15 minutes before it, too young.
Result<> check_time_of_service(const Authentication& auth, ErrorStyle style, Instant now) {
  const Millis lifetime = auth.expires.value_or(kSkew);
  if (auth.signed_at + lifetime < now) {
    return fail(internal::wrong_signature(style, "Signature expired: " + std::string(auth.timestamp) +
                                                     " is now earlier than " + iso8601_basic(now - lifetime) + " (" +
                                                     iso8601_basic(now) + " - " + span_words(lifetime) + ")"));
  }
  if (auth.signed_at > now + kSkew) {
    return fail(internal::wrong_signature(style, "Signature not yet current: " + std::string(auth.timestamp) +
                                                     " is still later than " + iso8601_basic(now + kSkew) + " (" +
                                                     iso8601_basic(now) + " + " + span_words(kSkew) + ")"));
  }
  return {};
}

Result<> check_time_of_s3(const Authentication& auth, Instant now) {
  if (auth.kind == AuthKind::Presigned) {
    const Millis lifetime = auth.expires.value_or(kSkew);
    if (auth.signed_at + lifetime < now) {
      Error error = api_error("AccessDenied", "Request has expired", 403);
      error.with("X-Amz-Expires", std::to_string(lifetime.count() / 1000))
          .with("Expires", iso8601_seconds(auth.signed_at + lifetime))
          .with("ServerTime", iso8601_seconds(now));
      return fail(std::move(error));
    }
    if (auth.signed_at > now + kSkew) return fail(api_error("AccessDenied", "Request is not valid yet", 403));
    return {};
  }
  if (auth.signed_at + kSkew < now || auth.signed_at > now + kSkew) {
    Error error = api_error("RequestTimeTooSkewed",
                            "The difference between the request time and the current time is too large.", 403);
    error.with("RequestTime", std::string(auth.timestamp))
        .with("ServerTime", iso8601_seconds(now))
        .with("MaxAllowedSkewMilliseconds", std::to_string(kSkew.count()));
    return fail(std::move(error));
  }
  return {};
}

// "The CanonicalHeaders list must include the host header … and any x-amz-* headers" (S3 enforces the latter).
Result<> check_signed_headers(const SignedRequest& request, const Authentication& auth) {
  const bool s3 = request.style == ErrorStyle::S3;
  if (!internal::is_signed(auth.signed_headers, "host") && !internal::is_signed(auth.signed_headers, ":authority")) {
    if (s3)
      return fail(api_error("AccessDenied", "There were headers present in the request which were not signed", 403)
                      .with("HeadersNotSigned", "host"));
    return fail(internal::wrong_signature(request.style,
                                          "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."));
  }
  if (!s3) return {};
  std::string unsigned_names;
  for (const auto& [name, value] : request.headers) {
    if (name.size() < 6 || !internal::equal_ignoring_case(name.substr(0, 6), "x-amz-")) continue;
    if (internal::is_signed(auth.signed_headers, name)) continue;
    // What an unsigned one of these says is not listened to (see read_payload).
    if (auth.kind == AuthKind::Presigned && internal::equal_ignoring_case(name, "x-amz-content-sha256")) continue;
    if (!unsigned_names.empty()) unsigned_names += ", ";
    for (const char c : name) unsigned_names += internal::lower(c);
  }
  if (unsigned_names.empty()) return {};
  return fail(api_error("AccessDenied", "There were headers present in the request which were not signed", 403)
                  .with("HeadersNotSigned", std::move(unsigned_names)));
}

}  // namespace

Result<> check_body_hash(const Authentication& auth, std::string_view body_sha256_hex, ErrorStyle style) {
  if (auth.payload != PayloadMode::Sha256 || internal::equal_ignoring_case(auth.payload_hash, body_sha256_hex)) {
    return {};
  }
  if (style == ErrorStyle::S3) return fail(internal::body_hash_mismatch(auth.payload_hash, body_sha256_hex));
  return fail(internal::wrong_signature(
      style, "The value of 'x-amz-content-sha256' header does not match the calculated value."));
}

Result<> check_credential_service(const Authentication& auth, std::string_view service, ErrorStyle style) {
  if (auth.credential.service == service) return {};
  if (style != ErrorStyle::S3) {
    return fail(internal::wrong_signature(
        style, "Credential should be scoped to correct service: '" + std::string(service) + "'. "));
  }
  const std::string what = "incorrect service \"" + std::string(auth.credential.service) +
                           "\". This endpoint belongs to \"" + std::string(service) + "\".";
  if (auth.kind == AuthKind::Presigned) {
    return fail(
        api_error("AuthorizationQueryParametersError", "Error parsing the X-Amz-Credential parameter; " + what, 400));
  }
  return fail(api_error("AuthorizationHeaderMalformed", "The authorization header is malformed; " + what, 400));
}

Result<SignatureSeed> verify_signature(const SignedRequest& request, const Authentication& auth,
                                       std::string_view secret, std::string_view body_sha256_hex, Instant machine_now,
                                       SigningKeyCache& keys) {
  if (auth.kind == AuthKind::None) return fail(missing_authentication(request.style));
  if (request.style == ErrorStyle::S3) {
    TRY(check_time_of_s3(auth, machine_now));
  } else {
    TRY(check_time_of_service(auth, request.style, machine_now));
  }
  TRY(check_signed_headers(request, auth));

  const std::string_view payload_hash = needs_body_hash(auth) ? body_sha256_hex : auth.payload_hash;
  Scratch& buffers = scratch();
  const bool complete =
      internal::append_canonical_request(request, auth.kind, auth.signed_headers, payload_hash, buffers.canonical);
  internal::append_string_to_sign(auth.timestamp, auth.credential, buffers.canonical, buffers.to_sign);

  SignatureSeed seed;
  seed.signing_key = keys.get(secret, auth.credential.date, auth.credential.region, auth.credential.service);
  seed.signature = internal::hex_digest(hmac_sha256(view(seed.signing_key), buffers.to_sign));
  if (!constant_time_equal(internal::text(seed.signature), auth.signature) || !complete) {
    return fail(internal::signature_mismatch(request.style, auth, buffers.canonical, buffers.to_sign));
  }
  if (!body_sha256_hex.empty()) TRY(check_body_hash(auth, body_sha256_hex, request.style));
  if (is_aws_chunked(auth.payload)) {
    seed.timestamp = auth.timestamp;
    internal::append_scope(auth.credential, seed.scope);
  }
  return seed;
}

}  // namespace orrery::wire
