#include "store/key.h"

namespace orrery {

namespace {
constexpr char kEscape = '\x00';
constexpr char kEscapedZero = '\xff';  // 0x00 0xff: a zero byte of the text
constexpr char kTerminator = '\x01';   // 0x00 0x01: the end; sorts before every continuation
}  // namespace

KeyWriter& KeyWriter::text(std::string_view value) {
  key_.reserve(key_.size() + value.size() + 2);
  for (std::size_t zero = value.find(kEscape); zero != std::string_view::npos; zero = value.find(kEscape)) {
    key_.append(value.substr(0, zero + 1));
    key_ += kEscapedZero;
    value.remove_prefix(zero + 1);
  }
  key_.append(value);
  key_ += kEscape;
  key_ += kTerminator;
  return *this;
}

KeyWriter& KeyWriter::raw(std::string_view value) {
  key_.append(value);
  return *this;
}

KeyWriter& KeyWriter::u64(std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) key_ += static_cast<char>(value >> shift & 0xff);
  return *this;
}

KeyWriter& KeyWriter::u8(std::uint8_t value) {
  key_ += static_cast<char>(value);
  return *this;
}

std::string KeyReader::text() {
  std::string value;
  while (ok_) {
    const std::size_t zero = rest_.find(kEscape);
    if (zero == std::string_view::npos || zero + 1 >= rest_.size()) break;
    value.append(rest_.substr(0, zero));
    const char next = rest_[zero + 1];
    rest_.remove_prefix(zero + 2);
    if (next == kTerminator) return value;
    if (next != kEscapedZero) break;
    value += kEscape;
  }
  ok_ = false;
  return {};
}

std::uint64_t KeyReader::u64() {
  if (!ok_ || rest_.size() < 8) {
    ok_ = false;
    return 0;
  }
  std::uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value = value << 8 | static_cast<unsigned char>(rest_[static_cast<std::size_t>(i)]);
  rest_.remove_prefix(8);
  return value;
}

std::uint8_t KeyReader::u8() {
  if (!ok_ || rest_.empty()) {
    ok_ = false;
    return 0;
  }
  const auto value = static_cast<std::uint8_t>(rest_.front());
  rest_.remove_prefix(1);
  return value;
}

}  // namespace orrery
