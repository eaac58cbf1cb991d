// What a request says about its signer: the Authorization header, or the query parameters of a presigned request.
#include "wire/sigv4_internal.h"

#include <algorithm>
#include <charconv>

namespace orrery::wire {
namespace {

using internal::find_header;

constexpr long long kMaxExpiresS = 604'800;  // seven days

Error malformed_header(std::string_view what) {
  return api_error("AuthorizationHeaderMalformed", "The authorization header is malformed; " + std::string(what), 400);
}
Error malformed_query(std::string message) {
  return api_error("AuthorizationQueryParametersError", std::move(message), 400);
}
Error unsupported_by_s3() {
  return api_error("InvalidRequest",
                   "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.", 400);
}
Error unsupported_algorithm(ErrorStyle style, std::string_view algorithm) {
  return internal::incomplete_signature(
      style, "Unsupported AWS 'algorithm': '" + std::string(algorithm) + "' (only AWS4-HMAC-SHA256 for now). ");
}

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// The five parts of "key/date/region/service/aws4_request"; the last is the terminator.
struct CredentialParts {
  Credential credential;
  std::string_view terminator;
};

std::optional<CredentialParts> split_credential(std::string_view text) {
  while (!text.empty() && text.back() == '/') text.remove_suffix(1);
  std::array<std::string_view, 5> parts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto slash = text.find('/');
    if ((slash == std::string_view::npos) != (i + 1 == parts.size())) return std::nullopt;
    parts[i] = text.substr(0, slash);
    text = slash == std::string_view::npos ? std::string_view() : text.substr(slash + 1);
  }
  return CredentialParts{{parts[0], parts[1], parts[2], parts[3]}, parts[4]};
}

// S3 checks the parts one by one; `prefix` names the place of the credential.
Result<> check_s3_credential(const CredentialParts& parts, const Authentication& auth) {
  const bool query = auth.kind == AuthKind::Presigned;
  const auto refuse = [&](const std::string& what) {
    return fail(query ? malformed_query("Error parsing the X-Amz-Credential parameter; " + what)
                      : malformed_header(what));
  };
  const std::string_view date = parts.credential.date;
  if (parts.credential.access_key.empty()) {
    return refuse("the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".");
  }
  if (date.size() != 8 || !all_digits(date)) {
    return refuse("incorrect date format \"" + std::string(date) +
                  "\". This date in the credential must be in the format \"yyyyMMdd\".");
  }
  if (parts.terminator != internal::kTerminator) {
    return refuse("incorrect terminal \"" + std::string(parts.terminator) + "\". This endpoint uses \"aws4_request\".");
  }
  if (date != auth.timestamp.substr(0, 8)) {
    if (!query) return refuse("Invalid credential date. Date is not the same as X-Amz-Date.");
    return fail(malformed_query("Invalid credential date \"" + std::string(date) +
                                "\". This date is not the same as X-Amz-Date: \"" +
                                std::string(auth.timestamp.substr(0, 8)) + "\"."));
  }
  return {};
}

// The other services name everything that is wrong with the scope at once.
Result<> check_scope(const CredentialParts& parts, const Authentication& auth, ErrorStyle style) {
  std::string wrong;
  if (parts.terminator != internal::kTerminator) {
    wrong += "Credential should be scoped with a valid terminator: 'aws4_request', not '" +
             std::string(parts.terminator) + "'. ";
  }
  const std::string_view day = auth.timestamp.substr(0, 8);
  if (parts.credential.date != day) {
    wrong += "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '" +
             std::string(parts.credential.date) + "' != '" + std::string(day) + "', from '" +
             std::string(auth.timestamp) + "'.";
  }
  if (!wrong.empty()) return fail(internal::wrong_signature(style, std::move(wrong)));
  return {};
}

// Fills auth.credential. Needs auth.timestamp.
Result<> read_credential(std::string_view text, ErrorStyle style, Authentication& auth) {
  const auto parts = split_credential(text);
  if (!parts) {
    if (style != ErrorStyle::S3) {
      return fail(internal::incomplete_signature(
          style, "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '" +
                     std::string(text) + "'"));
    }
    const std::string what =
        "the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".";
    return fail(auth.kind == AuthKind::Presigned
                    ? malformed_query("Error parsing the X-Amz-Credential parameter; " + what)
                    : malformed_header(what));
  }
  if (style == ErrorStyle::S3) {
    TRY(check_s3_credential(*parts, auth));
  } else {
    TRY(check_scope(*parts, auth, style));
  }
  auth.credential = parts->credential;
  return {};
}

// X-Amz-Date, or else Date in either of its forms.
Result<> read_date_header(const SignedRequest& request, Authentication& auth) {
  std::string_view text = find_header(request, "x-amz-date");
  if (text.empty()) text = find_header(request, "date");
  if (const auto at = parse_iso8601_basic(text)) {
    auth.timestamp = text;
    auth.signed_at = *at;
    return {};
  }
  if (const auto at = parse_http_date(text)) {
    auth.storage = std::make_shared<const std::string>(iso8601_basic(*at));
    auth.timestamp = *auth.storage;
    auth.signed_at = *at;
    return {};
  }
  if (request.style == ErrorStyle::S3) {
    return fail(api_error("AccessDenied", "AWS authentication requires a valid Date or x-amz-date header", 403));
  }
  return fail(internal::incomplete_signature(request.style, "Date must be in ISO-8601 'basic format'. Got '" +
                                                                std::string(text) +
                                                                "'. See http://en.wikipedia.org/wiki/ISO_8601"));
}

PayloadMode mode_of(std::string_view word) {
  if (word == internal::kUnsignedPayload) return PayloadMode::Unsigned;
  if (word == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD") return PayloadMode::StreamingSigned;
  if (word == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER") return PayloadMode::StreamingSignedTrailer;
  if (word == "STREAMING-UNSIGNED-PAYLOAD-TRAILER") return PayloadMode::StreamingUnsignedTrailer;
  return internal::is_sha256_hex(word) ? PayloadMode::Sha256 : PayloadMode::Absent;
}

// Sets payload and payload_hash from x-amz-content-sha256, or from the parameter of that name when presigned.
Result<> read_payload(const SignedRequest& request, std::string_view parameter, Authentication& auth) {
  constexpr std::string_view kName = "x-amz-content-sha256";
  const bool presigned = auth.kind == AuthKind::Presigned;
  std::string_view word = find_header(request, kName);
  // In a presigned request a header that is not signed says nothing.
  if (presigned && !internal::is_signed(auth.signed_headers, kName)) word = parameter;
  const PayloadMode mode = mode_of(word);
  if (request.style != ErrorStyle::S3) {
    // Elsewhere the header is optional, aws-chunked is unknown, and the body's own hash counts.
    if (mode == PayloadMode::Sha256 || mode == PayloadMode::Unsigned) {
      auth.payload = mode;
      auth.payload_hash = word;
    }
    return {};
  }
  if (word.empty() && presigned) {
    auth.payload = PayloadMode::Unsigned;
    auth.payload_hash = internal::kUnsignedPayload;
    return {};
  }
  if (word.empty()) {
    return fail(api_error("InvalidRequest", "Missing required header for this request: x-amz-content-sha256", 400));
  }
  if (mode == PayloadMode::Absent) {
    Error error = api_error("InvalidArgument",
                            "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
                            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid "
                            "sha256 value.",
                            400);
    error.with("ArgumentName", std::string(kName)).with("ArgumentValue", std::string(word));
    return fail(std::move(error));
  }
  auth.payload = mode;
  auth.payload_hash = word;
  return {};
}

struct HeaderParts {
  std::string_view credential, signed_headers, signature;
};

// "Credential=…, SignedHeaders=…, Signature=…" separated by commas, spaces or both.
Result<HeaderParts> split_authorization(std::string_view header, std::string_view rest, ErrorStyle style) {
  HeaderParts parts;
  while (!rest.empty()) {
    std::size_t end = 0;
    while (end < rest.size() && rest[end] != ',' && rest[end] != ' ' && rest[end] != '\t') ++end;
    const std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos) {
      if (style == ErrorStyle::S3) {
        return fail(malformed_header("the authorization component \"" + std::string(pair) + "\" is malformed."));
      }
      return fail(internal::incomplete_signature(
          style, "'" + std::string(pair) +
                     "' not a valid key=value pair (missing equal-sign) in Authorization header: '" +
                     std::string(header) + "'."));
    }
    const std::string_view key = pair.substr(0, equals);
    const std::string_view value = pair.substr(equals + 1);
    if (key == "Credential") parts.credential = value;
    if (key == "SignedHeaders") parts.signed_headers = value;
    if (key == "Signature") parts.signature = value;
  }
  return parts;
}

Result<> check_complete(const HeaderParts& parts, const SignedRequest& request, std::string_view header) {
  const bool s3 = request.style == ErrorStyle::S3;
  const bool credential = !parts.credential.empty();
  const bool signature = !parts.signature.empty();
  const bool names = !parts.signed_headers.empty();
  if (s3) {
    if (!credential && !signature && !names) {
      return fail(malformed_header(
          "the authorization header requires three components: Credential, SignedHeaders, and Signature."));
    }
    if (!credential) return fail(malformed_header("missing Credential."));
    if (!names) return fail(malformed_header("missing SignedHeaders."));
    if (!signature) return fail(malformed_header("missing Signature."));
    return {};
  }
  std::string missing;
  if (!credential) missing += "Authorization header requires 'Credential' parameter. ";
  if (!signature) missing += "Authorization header requires 'Signature' parameter. ";
  if (!names) missing += "Authorization header requires 'SignedHeaders' parameter. ";
  if (find_header(request, "x-amz-date").empty() && find_header(request, "date").empty()) {
    missing += "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
  }
  if (missing.empty()) return {};
  return fail(internal::incomplete_signature(request.style, missing + "Authorization=" + std::string(header)));
}

Result<Authentication> read_header(const SignedRequest& request, std::string_view header) {
  Authentication auth;
  auth.kind = AuthKind::Header;
  const auto space = std::min(header.find_first_of(" \t,"), header.size());
  const std::string_view algorithm = header.substr(0, space);
  if (algorithm != internal::kAlgorithm) {
    if (algorithm.substr(0, 3) == "AWS") {  // "AWS key:signature" is version 2, "AWS4-ECDSA-P256-SHA256" is 4A
      return fail(request.style == ErrorStyle::S3 ? unsupported_by_s3()
                                                  : unsupported_algorithm(request.style, algorithm));
    }
    if (request.style != ErrorStyle::S3) return Authentication{};  // a token of the application's own: anonymous to us
    Error error = api_error("InvalidArgument", "Unsupported Authorization Type", 400);
    error.with("ArgumentName", "Authorization").with("ArgumentValue", std::string(header));
    return fail(std::move(error));
  }
  const HeaderParts parts = TRY(split_authorization(header, header.substr(space), request.style));
  TRY(check_complete(parts, request, header));
  auth.signed_headers = parts.signed_headers;
  auth.signature = parts.signature;
  TRY(read_date_header(request, auth));
  TRY(read_credential(parts.credential, request.style, auth));
  auth.session_token = find_header(request, "x-amz-security-token");
  TRY(read_payload(request, {}, auth));
  return auth;
}

constexpr std::string_view kParameters[] = {"X-Amz-Algorithm",      "X-Amz-Credential",    "X-Amz-Signature",
                                            "X-Amz-SignedHeaders",  "X-Amz-Date",          "X-Amz-Expires",
                                            "X-Amz-Security-Token", "X-Amz-Content-Sha256"};
enum Index : std::size_t {
  kAlgorithmAt,
  kCredentialAt,
  kSignatureAt,
  kNamesAt,
  kDateAt,
  kExpiresAt,
  kTokenAt,
  kHashAt
};
constexpr std::size_t kCount = std::size(kParameters);

struct QueryParts {
  std::array<std::string_view, kCount> values;  // decoded, in *storage; data() is nullptr when absent
  std::shared_ptr<const std::string> storage;
};

QueryParts split_query(std::string_view raw_query) {
  std::array<std::optional<std::pair<std::size_t, std::size_t>>, kCount> at;
  auto storage = std::make_shared<std::string>();
  internal::each_parameter(raw_query, [&](std::string_view name, std::string_view value) {
    if (name.substr(0, 6) != "X-Amz-") return true;
    const auto* found = std::find(std::begin(kParameters), std::end(kParameters), name);
    const auto index = static_cast<std::size_t>(found - std::begin(kParameters));
    if (index == kCount || at[index]) return true;
    const std::string decoded = percent_decode(value, true).value_or(std::string(value));
    at[index] = {storage->size(), decoded.size()};
    *storage += decoded;
    return true;
  });
  QueryParts parts;
  for (std::size_t i = 0; i < kCount; ++i) {
    if (at[i]) parts.values[i] = std::string_view(*storage).substr(at[i]->first, at[i]->second);
  }
  parts.storage = std::move(storage);
  return parts;
}

Result<> check_parameters(const QueryParts& parts, ErrorStyle style) {
  const auto& v = parts.values;
  const bool s3 = style == ErrorStyle::S3;
  if (v[kAlgorithmAt] != internal::kAlgorithm && !v[kAlgorithmAt].empty()) {
    return fail(s3 ? malformed_query("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"")
                   : unsupported_algorithm(style, v[kAlgorithmAt]));
  }
  std::string missing;
  for (std::size_t i = kAlgorithmAt; i <= (s3 ? kExpiresAt : kDateAt); ++i) {
    if (v[i].empty()) missing += "AWS query-string parameters must include '" + std::string(kParameters[i]) + "'. ";
  }
  if (missing.empty()) return {};
  if (s3) {
    return fail(malformed_query(
        "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, "
        "X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."));
  }
  return fail(internal::incomplete_signature(style, missing + "Re-examine the query-string parameters."));
}

Result<> read_expires(std::string_view text, ErrorStyle style, Authentication& auth) {
  const auto refuse = [&](const char* message) {
    return fail(style == ErrorStyle::S3 ? malformed_query(message) : internal::incomplete_signature(style, message));
  };
  if (text.empty()) {
    auth.expires = std::chrono::minutes(15);  // other services: the parameter is optional
    return {};
  }
  long long seconds = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (status == std::errc::invalid_argument || end != text.data() + text.size()) {
    return refuse("X-Amz-Expires should be a number");
  }
  if (text.front() == '-') return refuse("X-Amz-Expires must be non-negative");
  if (status != std::errc() || seconds > kMaxExpiresS) {
    return refuse(
        "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than "
        "604800 seconds");
  }
  auth.expires = std::chrono::seconds(seconds);
  return {};
}

Result<Authentication> read_query(const SignedRequest& request) {
  Authentication auth;
  auth.kind = AuthKind::Presigned;
  const QueryParts parts = split_query(request.raw_query);
  TRY(check_parameters(parts, request.style));
  auth.storage = parts.storage;
  auth.signed_headers = parts.values[kNamesAt];
  auth.signature = parts.values[kSignatureAt];
  auth.timestamp = parts.values[kDateAt];
  const auto at = parse_iso8601_basic(auth.timestamp);
  if (!at) {
    return fail(
        request.style == ErrorStyle::S3
            ? malformed_query("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"")
            : internal::incomplete_signature(request.style, "Date must be in ISO-8601 'basic format'. Got '" +
                                                                std::string(auth.timestamp) +
                                                                "'. See http://en.wikipedia.org/wiki/ISO_8601"));
  }
  auth.signed_at = *at;
  TRY(read_credential(parts.values[kCredentialAt], request.style, auth));
  TRY(read_expires(parts.values[kExpiresAt], request.style, auth));
  auth.session_token = parts.values[kTokenAt];
  if (auth.session_token.empty()) auth.session_token = find_header(request, "x-amz-security-token");
  TRY(read_payload(request, parts.values[kHashAt], auth));
  return auth;
}

bool has_parameter(std::string_view raw_query, std::string_view name) {
  bool found = false;
  internal::each_parameter(raw_query, [&](std::string_view key, std::string_view) { return !(found = key == name); });
  return found;
}

}  // namespace

Result<Authentication> read_authentication(const SignedRequest& request) {
  const bool s3 = request.style == ErrorStyle::S3;
  const std::string_view header = find_header(request, "authorization");
  const bool presigned = !request.raw_query.empty() && (has_parameter(request.raw_query, "X-Amz-Algorithm") ||
                                                        has_parameter(request.raw_query, "X-Amz-Credential") ||
                                                        has_parameter(request.raw_query, "X-Amz-Signature"));
  if (presigned && !header.empty()) {
    if (!s3) {
      return fail(internal::wrong_signature(
          request.style, "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."));
    }
    Error error = api_error("InvalidArgument",
                            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature "
                            "query string parameter or the Authorization header should be specified",
                            400);
    error.with("ArgumentName", "Authorization").with("ArgumentValue", std::string(header));
    return fail(std::move(error));
  }
  if (presigned) return read_query(request);
  if (!header.empty()) return read_header(request, header);
  if (!request.raw_query.empty() && has_parameter(request.raw_query, "AWSAccessKeyId") &&
      has_parameter(request.raw_query, "Signature")) {
    return fail(s3 ? unsupported_by_s3() : unsupported_algorithm(request.style, "AWS"));  // version 2
  }
  return Authentication{};
}

}  // namespace orrery::wire
