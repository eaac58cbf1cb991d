// Shared by the files of SigV4; nothing outside wire/ includes it.
#pragma once

#include "wire/sigv4.h"

#include <array>
#include <string>
#include <string_view>

namespace orrery::wire::internal {

inline constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
inline constexpr std::string_view kTerminator = "aws4_request";
inline constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";
// SHA-256 of nothing.
inline constexpr std::string_view kEmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

using HexDigest = std::array<char, 64>;
HexDigest hex_digest(const Sha256Digest& digest);
inline std::string_view text(const HexDigest& hex) { return {hex.data(), hex.size()}; }

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
bool equal_ignoring_case(std::string_view a, std::string_view b);
std::string_view trimmed(std::string_view text);
bool is_sha256_hex(std::string_view text);

// The value of the first header of that name (lower case), without the spaces around it; its data() is nullptr when
// there is none.
std::string_view find_header(const SignedRequest& request, std::string_view lower_name);
// Is `name` (any case) in "host;x-amz-date"?
bool is_signed(std::string_view signed_headers, std::string_view name);

// Calls visit(name, value) for each parameter of a raw query, undecoded; stops when it returns false.
template <class Visit>
void each_parameter(std::string_view raw_query, Visit&& visit) {
  while (!raw_query.empty()) {
    const auto end = raw_query.find('&');
    const std::string_view pair = raw_query.substr(0, end);
    raw_query = end == std::string_view::npos ? std::string_view() : raw_query.substr(end + 1);
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos) {
      if (!visit(pair, std::string_view())) return;
    } else if (!visit(pair.substr(0, equals), pair.substr(equals + 1))) {
      return;
    }
  }
}

// Appends the canonical request to `out`. False when a header named in `signed_headers` is not there.
bool append_canonical_request(const SignedRequest& request, AuthKind kind, std::string_view signed_headers,
                              std::string_view payload_hash, std::string& out);
// Appends "AWS4-HMAC-SHA256\ntimestamp\nscope\nhash".
void append_string_to_sign(std::string_view timestamp, const Credential& scope, std::string_view canonical_request,
                           std::string& out);
void append_scope(const Credential& scope, std::string& out);

// Errors. `message` for styles other than S3, where the code of both kinds differs by style only.
Error incomplete_signature(ErrorStyle style, std::string message);  // IncompleteSignature(Exception)
Error wrong_signature(ErrorStyle style, std::string message);       // SignatureDoesNotMatch, InvalidSignatureException
Error signature_mismatch(ErrorStyle style, const Authentication& auth, std::string_view canonical_request,
                         std::string_view string_to_sign);
Error body_hash_mismatch(std::string_view announced, std::string_view computed);  // S3

}  // namespace orrery::wire::internal
