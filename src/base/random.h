// The only source of randomness. Constructed in main (seeded from the system) or in a test (seeded with a constant).
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <random>
#include <span>
#include <string>

namespace orrery {

class Random {
 public:
  Random();                             // cryptographic: getrandom(2)
  explicit Random(std::uint64_t seed);  // deterministic: the same seed gives the same sequence; tests only
  Random(const Random&) = delete;
  Random& operator=(const Random&) = delete;

  // Thread-safe, all of them.
  void fill(std::span<std::byte> out);
  std::uint64_t next();
  std::string uuid();                                                // version 4, lower case with dashes
  std::string token(std::size_t length, std::string_view alphabet);  // each character uniform over the alphabet

 private:
  std::mutex mutex_;
  bool deterministic_ = false;
  std::mt19937_64 engine_;
};

inline constexpr std::string_view kUpperAlphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
inline constexpr std::string_view kLowerHex = "0123456789abcdef";
inline constexpr std::string_view kBase62 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

}  // namespace orrery
