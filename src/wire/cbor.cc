#include "wire/cbor.h"

#include <bit>
#include <cmath>
#include <limits>

namespace orrery::wire {
namespace {

constexpr unsigned kIndefinite = 31;

// RFC 8949 appendix D.
double half_to_double(std::uint64_t bits) {
  const auto exponent = static_cast<int>(bits >> 10U & 0x1fU);
  const auto mantissa = static_cast<int>(bits & 0x3ffU);
  double value = 0;
  if (exponent == 0) {
    value = std::ldexp(mantissa, -24);
  } else if (exponent != 31) {
    value = std::ldexp(mantissa + 1024, exponent - 25);
  } else {
    value = mantissa == 0 ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  }
  return (bits & 0x8000U) != 0 ? -value : value;
}

bool is_string(CborType type) { return type == CborType::Bytes || type == CborType::Text; }

}  // namespace

std::optional<std::string_view> CborReader::take(std::uint64_t size) {
  if (size > rest_.size()) {
    rest_ = {};
    return std::nullopt;
  }
  const std::string_view taken = rest_.substr(0, static_cast<std::size_t>(size));
  rest_.remove_prefix(taken.size());
  return taken;
}

std::optional<CborHead> CborReader::head() {
  const auto first = take(1);
  if (!first) return std::nullopt;
  const auto byte = static_cast<unsigned char>(first->front());
  CborHead head;
  head.type = static_cast<CborType>(byte >> 5U);
  const unsigned info = byte & 0x1fU;
  if (info < 24) {
    head.argument = info;
    return head;
  }
  if (info == kIndefinite) {
    head.indefinite = true;
    const bool allowed = is_string(head.type) || head.type == CborType::Array || head.type == CborType::Map ||
                         head.type == CborType::Simple;
    return allowed ? std::optional(head) : std::nullopt;
  }
  if (info > 27) return std::nullopt;  // reserved
  head.width = static_cast<std::uint8_t>(1U << (info - 24U));
  const auto bytes = take(head.width);
  if (!bytes) return std::nullopt;
  for (const char c : *bytes) head.argument = head.argument << 8U | static_cast<unsigned char>(c);
  return head;
}

std::optional<std::string> CborReader::string(const CborHead& head) {
  if (!is_string(head.type)) return std::nullopt;
  if (!head.indefinite) {
    const auto bytes = take(head.argument);
    return bytes ? std::optional<std::string>(*bytes) : std::nullopt;
  }
  std::string whole;
  for (;;) {
    const auto piece = this->head();
    if (!piece) return std::nullopt;
    if (piece->is_break()) return whole;
    if (piece->type != head.type || piece->indefinite) return std::nullopt;
    const auto bytes = take(piece->argument);
    if (!bytes) return std::nullopt;
    whole += *bytes;
  }
}

bool CborReader::skip(int depth) {
  const auto next = head();
  return next && !next->is_break() && skip(*next, depth);
}

bool CborReader::skip(const CborHead& head, int depth) {
  if (depth > kCborDeepest || head.is_break()) return false;
  switch (head.type) {
    case CborType::Unsigned:
    case CborType::Negative:
    case CborType::Simple:
      return true;
    case CborType::Bytes:
    case CborType::Text:
      return string(head).has_value();
    case CborType::Tag:
      return skip(depth + 1);
    case CborType::Array:
    case CborType::Map:
      break;
  }
  const int items = head.type == CborType::Map ? 2 : 1;
  for (std::uint64_t index = 0; head.indefinite || index < head.argument; ++index) {
    for (int item = 0; item < items; ++item) {
      const auto next = this->head();
      if (!next) return false;
      if (next->is_break()) return head.indefinite && item == 0;
      if (!skip(*next, depth + 1)) return false;
    }
  }
  return true;
}

std::optional<double> cbor_real(const CborHead& head) {
  if (head.type == CborType::Unsigned) return static_cast<double>(head.argument);
  if (head.type == CborType::Negative) return -1.0 - static_cast<double>(head.argument);
  if (head.type != CborType::Simple || head.indefinite) return std::nullopt;
  switch (head.width) {
    case 2:
      return half_to_double(head.argument);
    case 4:
      return std::bit_cast<float>(static_cast<std::uint32_t>(head.argument));
    case 8:
      return std::bit_cast<double>(head.argument);
    default:
      return std::nullopt;
  }
}

std::optional<std::int64_t> cbor_integer(const CborHead& head) {
  if (head.type == CborType::Unsigned || head.type == CborType::Negative) {
    if (head.argument > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
    const auto value = static_cast<std::int64_t>(head.argument);
    return head.type == CborType::Unsigned ? value : -1 - value;
  }
  const auto real = cbor_real(head);
  if (!real || !(std::abs(*real) < 9.2e18)) return std::nullopt;
  return static_cast<std::int64_t>(*real);  // the services cut a fraction off
}

void write_cbor_head(CborType type, std::uint64_t argument, std::string& out) {
  const unsigned width = argument < 24            ? 0
                         : argument <= 0xff       ? 1
                         : argument <= 0xffff     ? 2
                         : argument <= 0xffffffff ? 4
                                                  : 8;
  const unsigned info =
      width == 0 ? static_cast<unsigned>(argument) : 24U + static_cast<unsigned>(std::countr_zero(width));
  out += static_cast<char>(static_cast<unsigned>(type) << 5U | info);
  for (unsigned i = width; i > 0; --i) out += static_cast<char>(argument >> (8U * (i - 1U)) & 0xffU);
}

void write_cbor_text(std::string_view text, std::string& out) {
  write_cbor_head(CborType::Text, text.size(), out);
  out += text;
}

void write_cbor_bytes(std::string_view bytes, std::string& out) {
  write_cbor_head(CborType::Bytes, bytes.size(), out);
  out += bytes;
}

void write_cbor_integer(std::int64_t value, std::string& out) {
  if (value >= 0) return write_cbor_head(CborType::Unsigned, static_cast<std::uint64_t>(value), out);
  write_cbor_head(CborType::Negative, static_cast<std::uint64_t>(-1 - value), out);
}

void write_cbor_real(double value, std::string& out) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  out += static_cast<char>(0xfb);
  for (unsigned i = 8; i > 0; --i) out += static_cast<char>(bits >> (8U * (i - 1U)) & 0xffU);
}

void write_cbor_simple(std::uint64_t value, std::string& out) { write_cbor_head(CborType::Simple, value, out); }

}  // namespace orrery::wire
