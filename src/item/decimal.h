// The DynamoDB Number: up to 38 significant digits, magnitude 1E-130 to 9.9…9E+125 (38 nines), or zero; exact.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html#HowItWorks.DataTypes.Number
#pragma once

#include "base/result.h"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace orrery::item {

__extension__ using Uint128 = unsigned __int128;

class Decimal {
 public:
  static constexpr int kMaxDigits = 38;
  static constexpr int kMaxExponent = 125;   // of the first digit
  static constexpr int kMinExponent = -130;  // of the first digit

  Decimal() = default;  // zero
  explicit Decimal(std::int64_t value);

  // "-12.50", "+1e3", ".5", "007": what Java's BigDecimal reads. Errors: ValidationException with the service's text
  // (not numeric, more than 38 digits, overflow, underflow).
  static Result<Decimal> parse(std::string_view text);

  bool is_zero() const { return coefficient_ == 0; }
  bool is_negative() const { return negative_; }
  int significant_digits() const;  // 0 for zero; trailing zeros do not count
  int leading_exponent() const;    // of the first digit: 2 for 123; 0 for zero
  Decimal operator-() const;

  // Plain notation, trailing zeros trimmed, as the service prints: "10000…0" for 1E+40, "0.0000001" for 1E-7. Two
  // numbers are equal exactly when their texts are.
  std::string text() const;
  void append_text(std::string& out) const;

  // Bytes that sort (as unsigned bytes) as the numbers do; no encoding is a prefix of another; 1 to 22 bytes.
  void append_key(std::string& out) const;
  // Takes one encoded number off the front of `bytes`. Error: Internal, the bytes are no encoded number.
  static Result<Decimal> take_key(std::string_view& bytes);

  // Exact. Error: ValidationException, the service's "Number overflow" also when the sum needs more than 38 digits (it
  // says so itself), "Number underflow" when it is too small.
  static Result<Decimal> add(const Decimal& a, const Decimal& b);
  static Result<Decimal> subtract(const Decimal& a, const Decimal& b);

  // False when the number is no integer, or none within std::int64_t.
  bool to_int64(std::int64_t& out) const;

  friend bool operator==(const Decimal&, const Decimal&) = default;
  friend std::strong_ordering operator<=>(const Decimal& a, const Decimal& b);

 private:
  // Checks the limits and trims trailing zeros. `exponent` is that of the coefficient's last digit.
  static Result<Decimal> make(bool negative, Uint128 coefficient, int exponent);

  // value = ±coefficient × 10^exponent; the coefficient has no trailing zero; zero is 0 × 10^0, not negative.
  Uint128 coefficient_ = 0;
  std::int16_t exponent_ = 0;
  bool negative_ = false;
};

// Whether Decimal::parse(text)->text() is `text` itself. May be false for a few long texts that are (more than 38
// characters): a quick test, for what clients send.
bool is_canonical_number(std::string_view text);

// `text` as Decimal::parse(text)->text() would give it, appended to `out`. Errors as in Decimal::parse.
Result<> append_canonical_number(std::string_view text, std::string& out);

}  // namespace orrery::item
