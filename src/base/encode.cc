#include "base/encode.h"

#include "base/check.h"

#include <memory>

#include <openssl/crypto.h>
#include <openssl/evp.h>

namespace orrery {
namespace {

int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr char kBase64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<signed char, 256> kUnbase64 = [] {
  std::array<signed char, 256> table{};
  for (auto& v : table) v = -1;
  for (int i = 0; i < 64; ++i) table[static_cast<unsigned char>(kBase64[i])] = static_cast<signed char>(i);
  return table;
}();

// Fetched once: EVP_sha256() looks its provider up on every call.
struct Digests {
  EVP_MD* sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  EVP_MD* md5 = EVP_MD_fetch(nullptr, "MD5", nullptr);
};

const Digests& digests() {
  static const Digests instance;
  return instance;
}

EVP_MD_CTX* thread_context() {
  thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                                     &EVP_MD_CTX_free);
  return context.get();
}

void digest(const EVP_MD* kind, std::string_view a, std::string_view b, unsigned char* out) {
  EVP_MD_CTX* context = thread_context();
  CHECK(EVP_DigestInit_ex2(context, kind, nullptr) == 1);
  CHECK(EVP_DigestUpdate(context, a.data(), a.size()) == 1);
  if (!b.empty()) CHECK(EVP_DigestUpdate(context, b.data(), b.size()) == 1);
  CHECK(EVP_DigestFinal_ex(context, out, nullptr) == 1);
}

}  // namespace

std::string hex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out(bytes.size() * 2, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto b = static_cast<unsigned char>(bytes[i]);
    out[2 * i] = kDigits[b >> 4];
    out[2 * i + 1] = kDigits[b & 15];
  }
  return out;
}

std::optional<std::string> unhex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out(text.size() / 2, '\0');
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int high = nibble(text[2 * i]);
    const int low = nibble(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out[i] = static_cast<char>(high << 4 | low);
  }
  return out;
}

std::string base64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4, '=');
  const auto at = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(bytes[i])); };
  char* to = out.data();
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3, to += 4) {
    const unsigned group = at(i) << 16 | at(i + 1) << 8 | at(i + 2);
    to[0] = kBase64[group >> 18];
    to[1] = kBase64[group >> 12 & 63];
    to[2] = kBase64[group >> 6 & 63];
    to[3] = kBase64[group & 63];
  }
  if (i == bytes.size()) return out;
  const bool two = i + 2 == bytes.size();
  const unsigned group = at(i) << 16 | (two ? at(i + 1) << 8 : 0U);
  to[0] = kBase64[group >> 18];
  to[1] = kBase64[group >> 12 & 63];
  if (two) to[2] = kBase64[group >> 6 & 63];
  return out;
}

std::optional<std::string> unbase64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  if (text.empty()) return std::string();
  const std::size_t pad = text.back() != '=' ? 0 : text[text.size() - 2] != '=' ? 1 : 2;
  std::string out(text.size() / 4 * 3, '\0');
  const auto at = [&](std::size_t i) { return static_cast<int>(kUnbase64[static_cast<unsigned char>(text[i])]); };
  char* to = out.data();
  // What stands for no byte counts as zeros; anything else that is not of the alphabet is negative, and makes all so.
  for (std::size_t i = 0; i < text.size(); i += 4, to += 3) {
    const std::size_t padded = i + 4 == text.size() ? pad : 0;
    const int third = padded < 2 ? at(i + 2) : 0, fourth = padded < 1 ? at(i + 3) : 0;
    const int first = at(i), second = at(i + 1);
    if ((first | second | third | fourth) < 0) return std::nullopt;
    const auto group = static_cast<unsigned>(first << 18 | second << 12 | third << 6 | fourth);
    to[0] = static_cast<char>(group >> 16);
    to[1] = static_cast<char>(group >> 8 & 255);
    to[2] = static_cast<char>(group & 255);
  }
  out.resize(out.size() - pad);
  return out;
}

std::string percent_encode(std::string_view text, bool keep_slash) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto b = static_cast<unsigned char>(c);
    const bool plain = (b >= 'A' && b <= 'Z') || (b >= 'a' && b <= 'z') || (b >= '0' && b <= '9') || b == '-' ||
                       b == '_' || b == '.' || b == '~' || (keep_slash && b == '/');
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += kDigits[b >> 4];
      out += kDigits[b & 15];
    }
  }
  return out;
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = nibble(text[i + 1]);
      const int low = nibble(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high << 4 | low);
      i += 2;
    } else {
      out += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

Sha256Digest sha256(std::string_view bytes) {
  Sha256Digest out;
  digest(digests().sha256, bytes, {}, out.data());
  return out;
}

// RFC 2104, over the cached context: HMAC() of OpenSSL 3 allocates and looks providers up on each call.
Sha256Digest hmac_sha256(std::string_view key, std::string_view bytes) {
  std::array<char, 64> block{};
  if (key.size() > block.size()) {
    const Sha256Digest hashed = sha256(key);
    std::copy(hashed.begin(), hashed.end(), block.begin());
  } else {
    std::copy(key.begin(), key.end(), block.begin());
  }
  for (char& c : block) c = static_cast<char>(c ^ 0x36);
  Sha256Digest inner;
  digest(digests().sha256, {block.data(), block.size()}, bytes, inner.data());
  for (char& c : block) c = static_cast<char>(c ^ 0x36 ^ 0x5c);
  Sha256Digest out;
  digest(digests().sha256, {block.data(), block.size()}, view(inner), out.data());
  return out;
}

std::string md5(std::string_view bytes) {
  std::string out(16, '\0');
  digest(digests().md5, bytes, {}, reinterpret_cast<unsigned char*>(out.data()));
  return out;
}

bool constant_time_equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace orrery
