#include "wire/sigv4_key.h"

#include <cstring>
#include <functional>
#include <string>

namespace orrery::wire {
namespace {

constexpr std::size_t kSlots = 256;  // 42 KiB
constexpr std::size_t kTagWords = 16;
constexpr std::size_t kKeyWords = 4;

// What a key is derived from, with the lengths of the parts in front so that parts cannot run into each other.
struct Tag {
  std::array<std::uint64_t, kTagWords> words{};

  // False when it does not fit: such a key is derived anew each time.
  bool fill(std::string_view secret, std::string_view date, std::string_view region, std::string_view service) {
    char* out = reinterpret_cast<char*>(words.data());
    char* const end = out + sizeof words;
    const std::string_view parts[] = {secret, date, region, service};
    for (const std::string_view part : parts) {
      if (part.size() > 255 || static_cast<std::size_t>(end - out) < part.size() + 1) return false;
      *out++ = static_cast<char>(part.size());
      if (!part.empty()) std::memcpy(out, part.data(), part.size());
      out += part.size();
    }
    return true;
  }
  std::size_t slot() const {
    return std::hash<std::string_view>()({reinterpret_cast<const char*>(words.data()), sizeof words}) % kSlots;
  }
};

}  // namespace

// A sequence lock: `version` is odd while a writer is at work, and readers that saw it change take nothing. The words
// are atomics (plain moves on x86-64) so that a torn read is a missed hit and never a data race.
struct SigningKeyCache::Slot {
  std::atomic<std::uint64_t> version{0};
  std::array<std::atomic<std::uint64_t>, kTagWords> tag{};
  std::array<std::atomic<std::uint64_t>, kKeyWords> key{};
};

Sha256Digest derive_signing_key(std::string_view secret, std::string_view date, std::string_view region,
                                std::string_view service) {
  std::string start = "AWS4";
  start += secret;
  const Sha256Digest day = hmac_sha256(start, date);
  const Sha256Digest place = hmac_sha256(view(day), region);
  return hmac_sha256(view(hmac_sha256(view(place), service)), "aws4_request");
}

SigningKeyCache::SigningKeyCache() : slots_(std::make_unique<Slot[]>(kSlots)) {}
SigningKeyCache::~SigningKeyCache() = default;

Sha256Digest SigningKeyCache::get(std::string_view secret, std::string_view date, std::string_view region,
                                  std::string_view service) {
  Tag tag;
  if (!tag.fill(secret, date, region, service)) return derive_signing_key(secret, date, region, service);
  Slot& slot = slots_[tag.slot()];

  std::uint64_t before = slot.version.load(std::memory_order_acquire);
  bool hit = before % 2 == 0 && before != 0;
  // Acquire on each word: none of these loads can move below the second look at the version.
  for (std::size_t i = 0; hit && i < kTagWords; ++i) hit = slot.tag[i].load(std::memory_order_acquire) == tag.words[i];
  std::array<std::uint64_t, kKeyWords> words{};
  if (hit) {
    for (std::size_t i = 0; i < kKeyWords; ++i) words[i] = slot.key[i].load(std::memory_order_acquire);
    Sha256Digest found;
    std::memcpy(found.data(), words.data(), found.size());
    if (slot.version.load(std::memory_order_relaxed) == before) return found;
  }

  const Sha256Digest derived = derive_signing_key(secret, date, region, service);
  std::memcpy(words.data(), derived.data(), derived.size());
  if (before % 2 == 0 && slot.version.compare_exchange_strong(before, before + 1, std::memory_order_acquire)) {
    // Release on each word: whoever sees one of them sees the odd version as well.
    for (std::size_t i = 0; i < kTagWords; ++i) slot.tag[i].store(tag.words[i], std::memory_order_release);
    for (std::size_t i = 0; i < kKeyWords; ++i) slot.key[i].store(words[i], std::memory_order_release);
    slot.version.store(before + 2, std::memory_order_release);
  }
  return derived;
}

}  // namespace orrery::wire
