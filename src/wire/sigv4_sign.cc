#include "wire/sigv4_sign.h"

#include "wire/sigv4_internal.h"

#include <algorithm>

namespace orrery::wire {

std::vector<std::pair<std::string, std::string>> sign_request(const SignedRequest& request,
                                                              const SigningIdentity& identity,
                                                              std::string_view payload_hash, Instant at) {
  std::vector<std::pair<std::string, std::string>> added;
  const std::string timestamp = iso8601_basic(at);
  added.emplace_back("X-Amz-Date", timestamp);
  if (!identity.session_token.empty()) added.emplace_back("X-Amz-Security-Token", identity.session_token);
  if (request.style == ErrorStyle::S3) added.emplace_back("X-Amz-Content-Sha256", payload_hash);

  std::vector<std::pair<std::string_view, std::string_view>> headers(request.headers.begin(), request.headers.end());
  for (const auto& [name, value] : added) headers.emplace_back(name, value);
  std::vector<std::string> names;
  for (const auto& [name, value] : headers) {
    std::string& lower = names.emplace_back(name);
    std::transform(lower.begin(), lower.end(), lower.begin(), internal::lower);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::string signed_headers;
  for (const std::string& name : names) {
    if (!signed_headers.empty()) signed_headers += ';';
    signed_headers += name;
  }

  SignedRequest whole = request;
  whole.headers = headers;
  std::string canonical;
  internal::append_canonical_request(whole, AuthKind::Header, signed_headers, payload_hash, canonical);
  const std::string date = timestamp.substr(0, 8);
  const Credential scope{identity.access_key, date, identity.region, identity.service};
  std::string to_sign;
  internal::append_string_to_sign(timestamp, scope, canonical, to_sign);
  const Sha256Digest key = derive_signing_key(identity.secret, date, identity.region, identity.service);

  std::string authorization(internal::kAlgorithm);
  authorization += " Credential=";
  authorization += identity.access_key;
  authorization += '/';
  internal::append_scope(scope, authorization);
  authorization += ", SignedHeaders=" + signed_headers + ", Signature=" + hex(view(hmac_sha256(view(key), to_sign)));
  added.emplace_back("Authorization", std::move(authorization));
  return added;
}

}  // namespace orrery::wire
