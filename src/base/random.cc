#include "base/random.h"

#include "base/check.h"
#include "base/encode.h"

#include <array>
#include <cstring>

#include <sys/random.h>

namespace orrery {
namespace {

constexpr std::size_t kSmall = 64;  // bytes; what is longer is fetched by itself

void fill_from_system(std::span<std::byte> out) {
  while (!out.empty()) {
    const ssize_t n = ::getrandom(out.data(), out.size(), 0);
    CHECK(n > 0);
    out = out.subspan(static_cast<std::size_t>(n));
  }
}

// Small needs (a request id is 16 bytes) are met from bytes fetched together: a system call costs more than they do.
// What is handed out is wiped: it may become a secret, and the pool must not remember it.
void fill_from_pool(std::span<std::byte> out) {
  thread_local std::array<std::byte, 1024> pool;
  thread_local std::size_t used = pool.size();
  if (out.empty()) return;
  if (pool.size() - used < out.size()) {
    fill_from_system(pool);
    used = 0;
  }
  std::memcpy(out.data(), pool.data() + used, out.size());
  std::memset(pool.data() + used, 0, out.size());
  used += out.size();
}

}  // namespace

Random::Random() = default;
Random::Random(std::uint64_t seed) : deterministic_(true), engine_(seed) {}

void Random::fill(std::span<std::byte> out) {
  if (deterministic_) {
    const std::lock_guard lock(mutex_);
    for (auto& b : out) b = static_cast<std::byte>(engine_() & 0xff);
    return;
  }
  if (out.size() > kSmall) {
    fill_from_system(out);
  } else {
    fill_from_pool(out);
  }
}

std::uint64_t Random::next() {
  std::uint64_t value = 0;
  fill(std::as_writable_bytes(std::span(&value, 1)));
  return value;
}

std::string Random::uuid() {
  unsigned char raw[16];
  fill(std::as_writable_bytes(std::span(raw)));
  raw[6] = static_cast<unsigned char>((raw[6] & 0x0f) | 0x40);
  raw[8] = static_cast<unsigned char>((raw[8] & 0x3f) | 0x80);
  const std::string digits = hex({reinterpret_cast<const char*>(raw), sizeof raw});
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20) text += '-';
    text += digits[i];
  }
  return text;
}

std::string Random::token(std::size_t length, std::string_view alphabet) {
  std::string out(length, '\0');
  // Rejection sampling keeps each character uniform.
  const unsigned limit = 256 - 256 % static_cast<unsigned>(alphabet.size());
  for (auto& c : out) {
    unsigned char byte = 0;
    do {
      fill(std::as_writable_bytes(std::span(&byte, 1)));
    } while (byte >= limit);
    c = alphabet[byte % alphabet.size()];
  }
  return out;
}

}  // namespace orrery
