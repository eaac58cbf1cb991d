// Keys are tuples, encoded so that bytes sort as values do: KeyWriter(kind).text("a").u64(7).bytes(...).take().
// Strings are escaped (0x00 -> 0x00 0xFF) and ended by 0x00 0x01, so that "a" sorts before "ab" in any position and no
// encoded string is a prefix of another.
#pragma once

#include "store/kinds.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace orrery {

class KeyWriter {
 public:
  explicit KeyWriter(KeyKind kind) { key_ += static_cast<char>(kind); }
  KeyWriter& text(std::string_view value);  // escaped, terminated
  KeyWriter& raw(std::string_view value);   // as it is: only as the last part, or of fixed length
  KeyWriter& u64(std::uint64_t value);      // big-endian
  KeyWriter& u8(std::uint8_t value);
  std::string take() { return std::move(key_); }
  const std::string& view() const { return key_; }

 private:
  std::string key_;
};

class KeyReader {
 public:
  // Skips the kind.
  explicit KeyReader(std::string_view key) : rest_(key.empty() ? key : key.substr(1)), ok_(!key.empty()) {}
  std::string text();
  std::uint64_t u64();
  std::uint8_t u8();
  std::string_view rest() const { return rest_; }
  // False once a part was missing or malformed; parts read after that are empty.
  bool ok() const { return ok_; }

 private:
  std::string_view rest_;
  bool ok_;
};

}  // namespace orrery
