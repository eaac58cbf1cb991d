// Text forms of bytes: hex, base64, percent-encoding; and digests (OpenSSL with per-thread contexts).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace orrery {

std::string hex(std::string_view bytes);  // lower case
std::optional<std::string> unhex(std::string_view text);
std::string base64(std::string_view bytes);  // RFC 4648 section 4, padded
// Strict: right alphabet, right padding; nullopt otherwise.
std::optional<std::string> unbase64(std::string_view text);

// RFC 3986 unreserved characters stay; everything else becomes %XX (upper case). `keep_slash` for paths.
std::string percent_encode(std::string_view text, bool keep_slash = false);
// nullopt on a truncated or non-hex escape. `plus_is_space` for query strings of forms.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);

using Sha256Digest = std::array<unsigned char, 32>;
Sha256Digest sha256(std::string_view bytes);
Sha256Digest hmac_sha256(std::string_view key, std::string_view bytes);
inline std::string_view view(const Sha256Digest& d) { return {reinterpret_cast<const char*>(d.data()), d.size()}; }
std::string md5(std::string_view bytes);  // 16 raw bytes
// Equal content, compared in time that depends on the lengths only.
bool constant_time_equal(std::string_view a, std::string_view b);

}  // namespace orrery
