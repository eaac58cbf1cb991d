#include "item/decimal.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <utility>

namespace orrery::item {
namespace {

constexpr std::array<Uint128, 39> kPower = [] {
  std::array<Uint128, 39> table{};
  Uint128 power = 1;
  for (auto& entry : table) {
    entry = power;
    power *= 10;  // wraps after the last entry, which is not used
  }
  return table;
}();

int count_digits(Uint128 value) {
  return static_cast<int>(std::upper_bound(kPower.begin(), kPower.end(), value) - kPower.begin());
}

Error invalid(std::string message) { return api_error("ValidationException", std::move(message)); }
Error overflow() {
  return invalid("Number overflow. Attempting to store a number with magnitude larger than supported range");
}
Error underflow() {
  return invalid("Number underflow. Attempting to store a number with magnitude smaller than supported range");
}
Error too_precise() { return invalid("Attempting to store more than 38 significant digits in a Number"); }
Error not_numeric(std::string_view text) {
  std::string message = "The parameter cannot be converted to a numeric value";
  if (!text.empty()) message.append(": ").append(text);
  return invalid(std::move(message));
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The digits of a text such as "-12.50e3", before any limit is applied.
struct Scan {
  Uint128 coefficient = 0;    // of the first 38 significant digits at most
  std::int64_t digits = 0;    // significant ones, without trailing zeros
  std::int64_t exponent = 0;  // of the last significant digit
  bool negative = false;
};

bool scan_exponent(std::string_view text, std::int64_t& exponent) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty()) return false;
  constexpr std::int64_t kFar = 1'000'000'000'000;  // beyond what the length of a text could bring back into range
  for (const char c : text) {
    if (!is_digit(c)) return false;
    exponent = std::min(exponent * 10 + (c - '0'), kFar);
  }
  if (negative) exponent = -exponent;
  return true;
}

bool scan(std::string_view text, Scan& out) {
  out.negative = text.starts_with('-');
  if (out.negative || text.starts_with('+')) text.remove_prefix(1);
  std::int64_t zeros = 0;  // since the last digit that is not zero
  std::int64_t fraction = 0;
  bool any = false;
  bool point = false;
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (!is_digit(c)) break;
    any = true;
    fraction += point ? 1 : 0;
    if (c == '0') {
      zeros += out.digits > 0 ? 1 : 0;
      continue;
    }
    out.digits += zeros + 1;
    if (out.digits <= Decimal::kMaxDigits) {
      out.coefficient = out.coefficient * kPower[static_cast<std::size_t>(zeros + 1)] + static_cast<unsigned>(c - '0');
    }
    zeros = 0;
  }
  if (!any) return false;
  std::int64_t exponent = 0;
  if (i < text.size() && (text[i] != 'e' && text[i] != 'E')) return false;
  if (i < text.size() && !scan_exponent(text.substr(i + 1), exponent)) return false;
  out.exponent = exponent - fraction + zeros;
  return true;
}

// The digits of a coefficient below 10^38, most significant first; returns how many.
int print_digits(Uint128 value, char* out) {
  constexpr std::uint64_t kHalf = 10'000'000'000'000'000'000U;  // 10^19
  if (value < kHalf) {
    return static_cast<int>(std::to_chars(out, out + 20, static_cast<std::uint64_t>(value)).ptr - out);
  }
  char* end = std::to_chars(out, out + 20, static_cast<std::uint64_t>(value / kHalf)).ptr;
  auto low = static_cast<std::uint64_t>(value % kHalf);
  for (int i = 18; i >= 0; --i, low /= 10) end[i] = static_cast<char>('0' + low % 10);
  return static_cast<int>(end + 19 - out);
}

constexpr char kNegativeKey = 0x01;
constexpr char kZeroKey = 0x02;
constexpr char kPositiveKey = 0x03;

}  // namespace

Decimal::Decimal(std::int64_t value) : negative_(value < 0) {
  coefficient_ = negative_ ? -static_cast<Uint128>(static_cast<__int128_t>(value)) : static_cast<Uint128>(value);
  while (coefficient_ != 0 && coefficient_ % 10 == 0) {
    coefficient_ /= 10;
    ++exponent_;
  }
}

Result<Decimal> Decimal::make(bool negative, Uint128 coefficient, int exponent) {
  Decimal out;
  if (coefficient == 0) return out;
  while (coefficient % 10 == 0) {
    coefficient /= 10;
    ++exponent;
  }
  const int leading = exponent + count_digits(coefficient) - 1;
  if (leading > kMaxExponent) return fail(overflow());
  if (leading < kMinExponent) return fail(underflow());
  out.negative_ = negative;
  out.coefficient_ = coefficient;
  out.exponent_ = static_cast<std::int16_t>(exponent);
  return out;
}

Result<Decimal> Decimal::parse(std::string_view text) {
  Scan read;
  if (!scan(text, read)) return fail(not_numeric(text));
  if (read.digits == 0) return Decimal();
  const std::int64_t leading = read.exponent + read.digits - 1;
  if (leading > kMaxExponent) return fail(overflow());
  if (leading < kMinExponent) return fail(underflow());
  if (read.digits > kMaxDigits) return fail(too_precise());
  return make(read.negative, read.coefficient, static_cast<int>(read.exponent));
}

int Decimal::significant_digits() const { return is_zero() ? 0 : count_digits(coefficient_); }

int Decimal::leading_exponent() const { return is_zero() ? 0 : exponent_ + count_digits(coefficient_) - 1; }

Decimal Decimal::operator-() const {
  Decimal out = *this;
  out.negative_ = !negative_ && !is_zero();
  return out;
}

std::string Decimal::text() const {
  std::string out;
  append_text(out);
  return out;
}

void Decimal::append_text(std::string& out) const {
  if (negative_) out += '-';
  char digits[40];
  const int count = print_digits(coefficient_, digits);
  const auto size = static_cast<std::size_t>(count);
  if (exponent_ >= 0) {
    out.append(digits, size).append(static_cast<std::size_t>(exponent_), '0');
  } else if (count > -exponent_) {
    const int before_point = count + exponent_;
    const auto whole = static_cast<std::size_t>(before_point);
    out.append(digits, whole).append(1, '.').append(digits + whole, size - whole);
  } else {
    out.append("0.").append(static_cast<std::size_t>(-exponent_ - count), '0').append(digits, size);
  }
}

// sign, exponent of the first digit (biased), then pairs of digits as 1 + value, ended by 0; of a negative number
// everything after the sign is inverted.
void Decimal::append_key(std::string& out) const {
  if (is_zero()) {
    out += kZeroKey;
    return;
  }
  char digits[40];
  int count = print_digits(coefficient_, digits);
  const int leading = exponent_ + count - 1;
  if (count % 2 != 0) digits[count++] = '0';
  const int invert = negative_ ? 0xff : 0;
  out += negative_ ? kNegativeKey : kPositiveKey;
  out += static_cast<char>((leading - kMinExponent) ^ invert);
  for (int i = 0; i < count; i += 2) {
    out += static_cast<char>((1 + (digits[i] - '0') * 10 + (digits[i + 1] - '0')) ^ invert);
  }
  out += static_cast<char>(invert);
}

Result<Decimal> Decimal::take_key(std::string_view& bytes) {
  const auto broken = [] { return fail(internal_error("bytes that are no encoded number")); };
  if (bytes.empty()) return broken();
  const char sign = bytes.front();
  if (sign == kZeroKey) {
    bytes.remove_prefix(1);
    return Decimal();
  }
  if ((sign != kNegativeKey && sign != kPositiveKey) || bytes.size() < 4) return broken();
  const int invert = sign == kNegativeKey ? 0xff : 0;
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]) ^ invert; };
  const int leading = at(1) + kMinExponent;
  Uint128 coefficient = 0;
  int digits = 0;
  std::size_t i = 2;
  int pair = 0;
  for (; i < bytes.size() && at(i) != 0; ++i) {
    pair = at(i) - 1;
    if (pair > 99 || digits == kMaxDigits || (digits == 0 && pair < 10)) return broken();
    coefficient = coefficient * 100 + static_cast<unsigned>(pair);
    digits += 2;
  }
  if (i == bytes.size() || pair == 0) return broken();
  bytes.remove_prefix(i + 1);
  return make(sign == kNegativeKey, coefficient, leading - digits + 1);
}

Result<Decimal> Decimal::add(const Decimal& a, const Decimal& b) {
  if (a.is_zero()) return b;
  if (b.is_zero()) return a;
  const Decimal& high = a.exponent_ >= b.exponent_ ? a : b;
  const Decimal& low = a.exponent_ >= b.exponent_ ? b : a;
  // Aligned to the last digit of `low`. With 40 digits or more, or beyond 128 bits, the result has at least 39: nothing
  // below 10^38 taken from it changes that.
  const int shift = high.exponent_ - low.exponent_;
  Uint128 shifted = 0;
  if (shift >= static_cast<int>(kPower.size()) ||
      __builtin_mul_overflow(high.coefficient_, kPower[static_cast<std::size_t>(shift)], &shifted)) {
    return fail(overflow());
  }
  Uint128 sum = 0;
  bool negative = high.negative_;
  if (high.negative_ == low.negative_) {
    if (__builtin_add_overflow(shifted, low.coefficient_, &sum)) return fail(overflow());
  } else if (shifted >= low.coefficient_) {
    sum = shifted - low.coefficient_;
  } else {
    sum = low.coefficient_ - shifted;
    negative = low.negative_;
  }
  int exponent = low.exponent_;
  while (sum != 0 && sum % 10 == 0) {
    sum /= 10;
    ++exponent;
  }
  if (sum >= kPower[kMaxDigits]) return fail(overflow());
  return make(negative, sum, exponent);
}

Result<Decimal> Decimal::subtract(const Decimal& a, const Decimal& b) { return add(a, -b); }

bool Decimal::to_int64(std::int64_t& out) const {
  if (is_zero()) {
    out = 0;
    return true;
  }
  if (exponent_ < 0 || leading_exponent() > 18) return false;
  const Uint128 magnitude = coefficient_ * kPower[static_cast<std::size_t>(exponent_)];
  const Uint128 limit = (Uint128{1} << 63) - (negative_ ? 0 : 1);
  if (magnitude > limit) return false;
  const auto low = static_cast<std::uint64_t>(magnitude);
  out = static_cast<std::int64_t>(negative_ ? 0 - low : low);
  return true;
}

std::strong_ordering operator<=>(const Decimal& a, const Decimal& b) {
  const auto sign = [](const Decimal& d) { return d.is_zero() ? 0 : d.negative_ ? -1 : 1; };
  if (sign(a) != sign(b)) return sign(a) <=> sign(b);
  if (a.is_zero()) return std::strong_ordering::equal;
  const auto magnitude = [&]() -> std::strong_ordering {
    const int lead_a = a.leading_exponent();
    const int lead_b = b.leading_exponent();
    if (lead_a != lead_b) return lead_a <=> lead_b;
    // The same first position: the one with more digits is the one with the smaller exponent.
    const int shift = a.exponent_ - b.exponent_;
    const Uint128 left = shift > 0 ? a.coefficient_ * kPower[static_cast<std::size_t>(shift)] : a.coefficient_;
    const Uint128 right = shift < 0 ? b.coefficient_ * kPower[static_cast<std::size_t>(-shift)] : b.coefficient_;
    return left < right   ? std::strong_ordering::less
           : left > right ? std::strong_ordering::greater
                          : std::strong_ordering::equal;
  }();
  // The check takes the 0 that an ordering is compared with for a null pointer.
  return a.negative_ ? 0 <=> magnitude : magnitude;  // NOLINT(modernize-use-nullptr)
}

bool is_canonical_number(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  if (text.empty() || text.size() > Decimal::kMaxDigits) return false;
  std::size_t i = 0;
  while (i < text.size() && is_digit(text[i])) ++i;
  if (i == 0 || (text[0] == '0' && i > 1)) return false;
  if (i == text.size()) return !(negative && text == "0");
  if (text[i] != '.' || i + 1 == text.size()) return false;
  for (++i; i < text.size(); ++i) {
    if (!is_digit(text[i])) return false;
  }
  return text.back() != '0';
}

Result<> append_canonical_number(std::string_view text, std::string& out) {
  if (is_canonical_number(text)) {
    out.append(text);
    return {};
  }
  TRY(Decimal::parse(text)).append_text(out);
  return {};
}

}  // namespace orrery::item
