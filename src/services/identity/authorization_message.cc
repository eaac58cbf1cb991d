#include "services/identity/authorization_message.h"

#include "base/encode.h"
#include "base/random.h"

#include <array>
#include <memory>
#include <span>

#include <openssl/evp.h>

namespace orrery::identity {
namespace {

constexpr std::size_t kNonce = 12;
constexpr std::size_t kMark = 16;

using Bytes32 = std::array<unsigned char, 32>;

Random& source() {
  static Random random;
  return random;
}

const Bytes32& key() {
  static const Bytes32 key = [] {
    Bytes32 made{};
    source().fill(std::as_writable_bytes(std::span(made)));
    return made;
  }();
  return key;
}

struct Free {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, Free>;

unsigned char* bytes(std::string& text, std::size_t at = 0) {
  return reinterpret_cast<unsigned char*>(text.data() + at);
}
const unsigned char* bytes(std::string_view text, std::size_t at = 0) {
  return reinterpret_cast<const unsigned char*>(text.data() + at);
}

}  // namespace

std::string encode_authorization_message(std::string_view json) {
  std::string sealed(kNonce + json.size() + kMark, '\0');
  source().fill(std::as_writable_bytes(std::span(sealed.data(), kNonce)));
  const Context context(EVP_CIPHER_CTX_new());
  int length = 0;
  EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key().data(), bytes(sealed));
  EVP_EncryptUpdate(context.get(), bytes(sealed, kNonce), &length, bytes(json), static_cast<int>(json.size()));
  EVP_EncryptFinal_ex(context.get(), bytes(sealed, kNonce + json.size()), &length);
  EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kMark, bytes(sealed, kNonce + json.size()));
  std::string out = base64(sealed);
  for (char& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return out;
}

std::optional<std::string> decode_authorization_message(std::string_view encoded) {
  std::string text(encoded);
  for (char& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
  auto sealed = unbase64(text);
  if (!sealed || sealed->size() < kNonce + kMark) return std::nullopt;
  const std::size_t size = sealed->size() - kNonce - kMark;
  std::string json(size, '\0');
  const Context context(EVP_CIPHER_CTX_new());
  int length = 0;
  EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key().data(), bytes(*sealed));
  EVP_DecryptUpdate(context.get(), bytes(json), &length, bytes(std::string_view(*sealed), kNonce),
                    static_cast<int>(size));
  EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kMark, bytes(*sealed, kNonce + size));
  if (EVP_DecryptFinal_ex(context.get(), bytes(json, size), &length) != 1) return std::nullopt;
  return json;
}

}  // namespace orrery::identity
