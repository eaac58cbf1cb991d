#include "services/sts/jwt.h"

#include "base/encode.h"

#include <memory>
#include <vector>

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

namespace orrery::sts {
namespace {

template <auto Function>
struct Free {
  template <class T>
  void operator()(T* what) const {
    Function(what);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Free<&EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Free<&EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Free<&EVP_MD_CTX_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Free<&OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Free<&OSSL_PARAM_free>>;
using Number = std::unique_ptr<BIGNUM, Free<&BN_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, Free<&ECDSA_SIG_free>>;

// RFC 4648 section 5, without padding.
std::optional<std::string> unbase64url(std::string_view text) {
  std::string plain(text);
  for (char& c : plain) c = c == '-' ? '+' : c == '_' ? '/' : c;
  while (plain.size() % 4 != 0) plain += '=';
  return unbase64(plain);
}

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

Number number_of(std::string_view text) {
  const auto raw = unbase64url(text);
  if (!raw || raw->empty()) return nullptr;
  return Number(BN_bin2bn(bytes(*raw), static_cast<int>(raw->size()), nullptr));
}

Key make_key(const char* type, OSSL_PARAM_BLD* builder) {
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    return nullptr;
  }
  return Key(key);
}

Key rsa_key(const json::value& jwk) {
  const Number n = number_of(find_string(jwk, "n").value_or(""));
  const Number e = number_of(find_string(jwk, "e").value_or(""));
  const Builder builder(OSSL_PARAM_BLD_new());
  if (!n || !e || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return nullptr;
  }
  return make_key("RSA", builder.get());
}

Key p256_key(const json::value& jwk) {
  const auto x = unbase64url(find_string(jwk, "x").value_or(""));
  const auto y = unbase64url(find_string(jwk, "y").value_or(""));
  if (!x || !y || x->size() != 32 || y->size() != 32) return nullptr;
  const std::string point = "\x04" + *x + *y;
  const Builder builder(OSSL_PARAM_BLD_new());
  if (OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) != 1) {
    return nullptr;
  }
  return make_key("EC", builder.get());
}

// A JSON Web Signature has r and s side by side (RFC 7518 section 3.4); OpenSSL wants them in DER.
std::string der_of(std::string_view raw) {
  if (raw.size() != 64) return {};
  const Signature signature(ECDSA_SIG_new());
  BIGNUM* r = BN_bin2bn(bytes(raw), 32, nullptr);
  BIGNUM* s = BN_bin2bn(bytes(raw.substr(32)), 32, nullptr);
  ECDSA_SIG_set0(signature.get(), r, s);  // takes both over
  const int length = i2d_ECDSA_SIG(signature.get(), nullptr);
  if (length <= 0) return {};
  std::string der(static_cast<std::size_t>(length), '\0');
  auto* out = reinterpret_cast<unsigned char*>(der.data());
  i2d_ECDSA_SIG(signature.get(), &out);
  return der;
}

bool holds(EVP_PKEY* key, std::string_view text, std::string_view signature) {
  const DigestContext context(EVP_MD_CTX_new());
  return EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
         EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(text), text.size()) == 1;
}

}  // namespace

std::optional<Token> read_token(std::string_view text) {
  const auto first = text.find('.');
  const auto second = first == std::string_view::npos ? first : text.find('.', first + 1);
  if (second == std::string_view::npos || text.find('.', second + 1) != std::string_view::npos) return std::nullopt;
  const auto header = unbase64url(text.substr(0, first));
  const auto claims = unbase64url(text.substr(first + 1, second - first - 1));
  auto signature = unbase64url(text.substr(second + 1));
  if (!header || !claims || !signature) return std::nullopt;
  auto parsed_header = parse_json(*header);
  auto parsed_claims = parse_json(*claims);
  if (!parsed_header || !parsed_claims || !parsed_header->is_object() || !parsed_claims->is_object()) {
    return std::nullopt;
  }
  return Token{*std::move(parsed_header), *std::move(parsed_claims), std::string(text.substr(0, second)),
               *std::move(signature)};
}

Verdict verify_token(const Token& token, std::string_view key_set) {
  const std::string_view algorithm = find_string(token.header, "alg").value_or("");
  const auto kid = find_string(token.header, "kid");
  const auto parsed = parse_json(key_set);
  const json::value* keys = parsed ? find(*parsed, "keys") : nullptr;
  if (keys == nullptr || !keys->is_array()) return Verdict::NoKey;
  bool tried = false;
  for (const auto& jwk : keys->get_array()) {
    if (kid && find_string(jwk, "kid").value_or(*kid) != *kid) continue;
    const std::string_view type = find_string(jwk, "kty").value_or("");
    Key key;
    std::string signature = token.signature;
    // The algorithm is the key's to choose, not the token's: "none" and HMAC are nothing.
    if (type == "RSA" && algorithm == "RS256") key = rsa_key(jwk);
    if (type == "EC" && algorithm == "ES256") {
      key = p256_key(jwk);
      signature = der_of(token.signature);
    }
    if (!key) continue;
    tried = true;
    if (holds(key.get(), token.signed_part, signature)) return Verdict::Valid;
  }
  return tried ? Verdict::BadSignature : Verdict::NoKey;
}

}  // namespace orrery::sts
