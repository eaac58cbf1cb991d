// For the tests of SigV4: requests written as text.
#pragma once

#include "wire/sigv4.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orrery::wire::testing {

inline constexpr std::string_view kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
// The S3 documentation spells it with a slash.
inline constexpr std::string_view kS3Secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

// A request that owns its header list. `block` is "Name: value\n" lines and outlives it.
struct TextRequest {
  std::vector<std::pair<std::string_view, std::string_view>> headers;
  SignedRequest request;

  TextRequest(ErrorStyle style, std::string_view method, std::string_view path, std::string_view query,
              std::string_view block) {
    while (!block.empty()) {
      const auto end = block.find('\n');
      const std::string_view line = block.substr(0, end);
      block = end == std::string_view::npos ? std::string_view() : block.substr(end + 1);
      const auto colon = line.find(':');
      headers.emplace_back(line.substr(0, colon), line.substr(colon + 1));
    }
    request = {method, path, query, headers, style};
  }
  TextRequest(const TextRequest&) = delete;
  TextRequest& operator=(const TextRequest&) = delete;
};

inline Result<SignatureSeed> verify(const SignedRequest& request, std::string_view secret, std::string_view body,
                                    Instant now) {
  static SigningKeyCache keys;
  const Authentication auth = TRY(read_authentication(request));
  return verify_signature(request, auth, secret, needs_body_hash(auth) ? hex(view(sha256(body))) : "", now, keys);
}

}  // namespace orrery::wire::testing
