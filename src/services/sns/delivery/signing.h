// Signatures of what SNS sends (docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html): RSA with a
// self-signed certificate, made when the first message is signed and kept in the store from then on.
#pragma once

#include "base/clock.h"
#include "store/store.h"

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace orrery::sns {

enum class SignatureVersion : unsigned char { Sha1 = 1, Sha256 = 2 };

class Signatures {
 public:
  Signatures(Store& store, const Clock& clock);
  ~Signatures();
  Signatures(const Signatures&) = delete;
  Signatures& operator=(const Signatures&) = delete;

  // Thread-safe, as the others. In base64. The last few are remembered: a message to many endpoints is signed once.
  Result<std::string> sign(const std::string& text, SignatureVersion version);
  // "/SimpleNotificationService-0123….pem".
  Result<std::string> certificate_path();
  // PEM; an Api error (404) for a path that is not the certificate's.
  Result<std::string> certificate(std::string_view path);

 private:
  struct Key;
  struct Remembered {
    std::string text, signature;
    SignatureVersion version;
  };
  // With the mutex held.
  Result<const Key*> key();

  Store& store_;
  const Clock& clock_;
  std::mutex mutex_;
  std::unique_ptr<Key> key_;
  std::deque<Remembered> last_;
};

}  // namespace orrery::sns
