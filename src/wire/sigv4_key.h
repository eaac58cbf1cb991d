// Signing keys of Signature Version 4, remembered: deriving one costs four HMACs, and it is good for a day.
#pragma once

#include "base/encode.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>

namespace orrery::wire {

// HMAC(HMAC(HMAC(HMAC("AWS4" + secret, date), region), service), "aws4_request").
Sha256Digest derive_signing_key(std::string_view secret, std::string_view date, std::string_view region,
                                std::string_view service);

// Thread-safe and lock-free; bounded (a newer key takes the place of an older one with the same slot).
class SigningKeyCache {
 public:
  SigningKeyCache();
  ~SigningKeyCache();
  SigningKeyCache(const SigningKeyCache&) = delete;
  SigningKeyCache& operator=(const SigningKeyCache&) = delete;

  // The key for these inputs, derived when it is not there. Never fails.
  Sha256Digest get(std::string_view secret, std::string_view date, std::string_view region, std::string_view service);

 private:
  struct Slot;
  std::unique_ptr<Slot[]> slots_;
};

}  // namespace orrery::wire
