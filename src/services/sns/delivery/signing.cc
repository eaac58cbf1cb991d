#include "services/sns/delivery/signing.h"

#include "base/encode.h"
#include "services/record.h"
#include "store/key.h"

#include <algorithm>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

namespace orrery::sns {
namespace {

constexpr int kBits = 2048;
constexpr std::int64_t kDays = 3650;
constexpr std::size_t kRemembered = 16;
constexpr std::string_view kPath = "/SimpleNotificationService-";

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

Error broken(const char* what) { return internal_error(std::string("SNS's signing key: OpenSSL fails to ") + what); }

std::string text_in(BIO* bio) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

// Valid by the machine's clock, as whoever checks certificates has no other.
Result<Owned<X509>> certify(EVP_PKEY* key, Instant machine_now) {
  Owned<X509> certificate(X509_new());
  if (!certificate) return fail(broken("make a certificate"));
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  const auto now = static_cast<std::time_t>(epoch_ms(machine_now) / 1000);
  ASN1_TIME_set(X509_getm_notBefore(certificate.get()), now - 86'400);
  ASN1_TIME_set(X509_getm_notAfter(certificate.get()), now + kDays * 86'400);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  const std::string_view common = "sns.amazonaws.com";
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(common.data()),
                             static_cast<int>(common.size()), -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  if (X509_sign(certificate.get(), key, EVP_sha256()) == 0) return fail(broken("sign a certificate"));
  return certificate;
}

struct Pems {
  std::string key, certificate;
};

Result<Pems> generate(Instant machine_now) {
  const Owned<EVP_PKEY> key(EVP_RSA_gen(kBits));
  if (!key) return fail(broken("make a key"));
  const Owned<X509> certificate = TRY(certify(key.get(), machine_now));
  const Owned<BIO> key_bio(BIO_new(BIO_s_mem()));
  const Owned<BIO> certificate_bio(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_PrivateKey(key_bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1 ||
      PEM_write_bio_X509(certificate_bio.get(), certificate.get()) != 1) {
    return fail(broken("write the key"));
  }
  return Pems{text_in(key_bio.get()), text_in(certificate_bio.get())};
}

std::string place() { return KeyWriter(KeyKind::Meta).text("sns signing key").take(); }

Result<std::optional<Pems>> stored(Reader& reader) {
  const auto document = TRY(get_record(reader, place()));
  if (!document) return std::optional<Pems>();
  return std::optional(Pems{text_of(*document, "key"), text_of(*document, "certificate")});
}

}  // namespace

struct Signatures::Key {
  Owned<EVP_PKEY> key;
  std::string certificate, path;
};

Signatures::Signatures(Store& store, const Clock& clock) : store_(store), clock_(clock) {}
Signatures::~Signatures() = default;

Result<const Signatures::Key*> Signatures::key() {
  if (key_ != nullptr) return key_.get();
  auto pems = TRY(stored(*store_.snapshot()));
  if (!pems) {
    const Pems made = TRY(generate(clock_.machine_now()));
    Sequence written = 0;
    pems = TRY(store_.transact(
        [&](Transaction& tx) -> Result<Pems> {
          if (auto there = TRY(stored(tx))) return *std::move(there);
          TRY(put_record(tx, place(), json::object{{"key", made.key}, {"certificate", made.certificate}}));
          return made;
        },
        &written));
    TRY(store_.wait_durable(written));  // nobody is to see a signature whose key a crash takes back
  }
  const Owned<BIO> bio(BIO_new_mem_buf(pems->key.data(), static_cast<int>(pems->key.size())));
  auto key = std::make_unique<Key>();
  key->key.reset(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  if (!key->key) return fail(broken("read the key"));
  key->certificate = pems->certificate;
  key->path.append(kPath).append(hex(view(sha256(pems->certificate))).substr(0, 32)).append(".pem");
  key_ = std::move(key);
  return key_.get();
}

Result<std::string> Signatures::sign(const std::string& text, SignatureVersion version) {
  const std::lock_guard lock(mutex_);
  const auto known =
      std::ranges::find_if(last_, [&](const Remembered& one) { return one.version == version && one.text == text; });
  if (known != last_.end()) return known->signature;
  const Key* key = TRY(this->key());
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  const EVP_MD* digest = version == SignatureVersion::Sha1 ? EVP_sha1() : EVP_sha256();
  std::size_t size = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  if (EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key->key.get()) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) != 1) {
    return fail(broken("sign"));
  }
  std::string signature(size, '\0');
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes, text.size()) !=
      1) {
    return fail(broken("sign"));
  }
  signature.resize(size);
  last_.push_back({text, base64(signature), version});
  if (last_.size() > kRemembered) last_.pop_front();
  return last_.back().signature;
}

Result<std::string> Signatures::certificate_path() {
  const std::lock_guard lock(mutex_);
  return TRY(key())->path;
}

Result<std::string> Signatures::certificate(std::string_view path) {
  const std::lock_guard lock(mutex_);
  const Key* key = TRY(this->key());
  if (key->path == path) return key->certificate;
  return fail(api_error("NotFound", "There is no such certificate.", 404));
}

}  // namespace orrery::sns
