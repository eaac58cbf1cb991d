// The codes and texts of failed authentication. Sources: the common errors of each service's API Reference, the S3
// API Reference "Error responses", IAM User Guide "Troubleshoot Signature Version 4 signing".
#include "wire/sigv4_internal.h"

namespace orrery::wire {
namespace {

// query services answer 403 for refusals, json services 400, rest-json services 403.
int refusal_status(ErrorStyle style) { return style == ErrorStyle::Json ? 400 : 403; }

std::string with_exception(ErrorStyle style, std::string_view code) {
  std::string out(code);
  if (style == ErrorStyle::Json || style == ErrorStyle::RestJson) out += "Exception";
  return out;
}

// S3 shows what it signed as bytes too: "41 57 53 34".
std::string spaced_hex(std::string_view bytes) {
  const std::string digits = hex(bytes);
  std::string out;
  out.reserve(bytes.size() * 3);
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    if (i != 0) out += ' ';
    out.append(digits, i, 2);
  }
  return out;
}

constexpr std::string_view kMismatch =
    "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";

}  // namespace

Error missing_authentication(ErrorStyle style) {
  if (style == ErrorStyle::S3) return api_error("AccessDenied", "Access Denied", 403);
  const char* message =
      style == ErrorStyle::RestJson ? "Missing Authentication Token" : "Request is missing Authentication Token";
  return api_error(with_exception(style, "MissingAuthenticationToken"), message, refusal_status(style));
}

Error unknown_access_key(ErrorStyle style, std::string_view access_key) {
  switch (style) {
    case ErrorStyle::S3: {
      Error error =
          api_error("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", 403);
      error.with("AWSAccessKeyId", std::string(access_key));
      return error;
    }
    case ErrorStyle::Query:
      return api_error("InvalidClientTokenId", "The security token included in the request is invalid.", 403);
    case ErrorStyle::Json:
    case ErrorStyle::RestJson:
      break;
  }
  return api_error("UnrecognizedClientException", "The security token included in the request is invalid.",
                   refusal_status(style));
}

Error invalid_session_token(ErrorStyle style, std::string_view token) {
  if (style != ErrorStyle::S3) return unknown_access_key(style, {});
  Error error = api_error("InvalidToken", "The provided token is malformed or otherwise invalid.", 400);
  error.with("Token-0", std::string(token));
  return error;
}

Error expired_session_token(ErrorStyle style, std::string_view token) {
  if (style == ErrorStyle::S3) {
    Error error = api_error("ExpiredToken", "The provided token has expired.", 400);
    error.with("Token-0", std::string(token));
    return error;
  }
  return api_error(with_exception(style, "ExpiredToken"), "The security token included in the request is expired",
                   refusal_status(style));
}

namespace internal {

Error incomplete_signature(ErrorStyle style, std::string message) {
  return api_error(with_exception(style, "IncompleteSignature"), std::move(message),
                   style == ErrorStyle::RestJson ? 403 : 400);
}

Error wrong_signature(ErrorStyle style, std::string message) {
  const bool json = style == ErrorStyle::Json || style == ErrorStyle::RestJson;
  return api_error(json ? "InvalidSignatureException" : "SignatureDoesNotMatch", std::move(message),
                   refusal_status(style));
}

Error signature_mismatch(ErrorStyle style, const Authentication& auth, std::string_view canonical_request,
                         std::string_view string_to_sign) {
  if (style == ErrorStyle::S3) {
    Error error = wrong_signature(style,
                                  "The request signature we calculated does not match the signature you provided. "
                                  "Check your key and signing method.");
    error.with("AWSAccessKeyId", std::string(auth.credential.access_key))
        .with("StringToSign", std::string(string_to_sign))
        .with("SignatureProvided", std::string(auth.signature))
        .with("StringToSignBytes", spaced_hex(string_to_sign));
    if (!canonical_request.empty()) {
      error.with("CanonicalRequest", std::string(canonical_request))
          .with("CanonicalRequestBytes", spaced_hex(canonical_request));
    }
    return error;
  }
  std::string message(kMismatch);
  if (style != ErrorStyle::Query) {
    message += "\n\nThe Canonical String for this request should have been\n'";
    message += canonical_request;
    message += "'\n\nThe String-to-Sign should have been\n'";
    message += string_to_sign;
    message += "'\n";
  }
  return wrong_signature(style, std::move(message));
}

Error body_hash_mismatch(std::string_view announced, std::string_view computed) {
  Error error = api_error("XAmzContentSHA256Mismatch",
                          "The provided 'x-amz-content-sha256' header does not match what was computed.", 400);
  error.with("ClientComputedContentSHA256", std::string(announced))
      .with("S3ComputedContentSHA256", std::string(computed));
  return error;
}

}  // namespace internal
}  // namespace orrery::wire
