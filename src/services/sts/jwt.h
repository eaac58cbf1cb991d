// JSON Web Tokens as identity providers sign them (RFC 7519, 7515; keys RFC 7517): RS256 and ES256.
#pragma once

#include "base/json.h"

#include <optional>
#include <string>
#include <string_view>

namespace orrery::sts {

struct Token {
  json::value header, claims;
  std::string signed_part;  // header and claims as they were sent
  std::string signature;    // raw bytes
};

// nullopt: no token of three parts with JSON in the first two. The signature is not looked at.
std::optional<Token> read_token(std::string_view text);

enum class Verdict : unsigned char { Valid, NoKey, BadSignature };
// Against the keys of a key set (JSON text), by `kid` where the token has one.
Verdict verify_token(const Token& token, std::string_view key_set);

}  // namespace orrery::sts
