#include "item/decimal.h"

#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace orrery::item {
namespace {

constexpr const char* kOverflow =
    "Number overflow. Attempting to store a number with magnitude larger than supported range";
constexpr const char* kUnderflow =
    "Number underflow. Attempting to store a number with magnitude smaller than supported range";
constexpr const char* kPrecise = "Attempting to store more than 38 significant digits in a Number";

Decimal number(std::string_view text) {
  const Result<Decimal> parsed = Decimal::parse(text);
  EXPECT_TRUE(parsed.ok()) << text;
  return parsed.ok() ? *parsed : Decimal();
}

TEST(Decimal, PrintsPlainNotation) {
  const std::pair<std::string, std::string> kCases[] = {
      {"0", "0"},
      {"-0", "0"},
      {"0.000", "0"},
      {"0e500", "0"},
      {"+7", "7"},
      {"007", "7"},
      {".5", "0.5"},
      {"5.", "5"},
      {"1.50", "1.5"},
      {"-12.340e1", "-123.4"},
      {"1E+40", "1" + std::string(40, '0')},
      {"1e-7", "0.0000001"},
      {"1E125", "1" + std::string(125, '0')},
      {"-1e-130", "-0." + std::string(129, '0') + "1"},
      {"9.9999999999999999999999999999999999999E+125", std::string(38, '9') + std::string(88, '0')},
      {"12345678901234567890123456789012345678", "12345678901234567890123456789012345678"},
      {"10000000000000000000000000000000000000000000.000", "10000000000000000000000000000000000000000000"},
      {"0.1e126", "1" + std::string(125, '0')},
      {"1000e-133", "0." + std::string(129, '0') + "1"},
  };
  for (const auto& [input, expected] : kCases) {
    EXPECT_EQ(number(input).text(), expected) << input;
    std::string canonical;
    EXPECT_TRUE(append_canonical_number(input, canonical).ok());
    EXPECT_EQ(canonical, expected) << input;
  }
}

TEST(Decimal, RefusesAsTheServiceDoes) {
  const std::pair<std::string, std::string> kCases[] = {
      {"", "The parameter cannot be converted to a numeric value"},
      {"abc", "The parameter cannot be converted to a numeric value: abc"},
      {" 1", "The parameter cannot be converted to a numeric value:  1"},
      {"1 ", "The parameter cannot be converted to a numeric value: 1 "},
      {"NaN", "The parameter cannot be converted to a numeric value: NaN"},
      {"-", "The parameter cannot be converted to a numeric value: -"},
      {".", "The parameter cannot be converted to a numeric value: ."},
      {"1e", "The parameter cannot be converted to a numeric value: 1e"},
      {"1e5.5", "The parameter cannot be converted to a numeric value: 1e5.5"},
      {"1.2.3", "The parameter cannot be converted to a numeric value: 1.2.3"},
      {"--1", "The parameter cannot be converted to a numeric value: --1"},
      {"0x10", "The parameter cannot be converted to a numeric value: 0x10"},
      {"1e126", kOverflow},
      {"-11e125", kOverflow},
      {"1.0e100000000000000000000000", kOverflow},
      {"1e-131", kUnderflow},
      {"0.9e-130", kUnderflow},
      {"1e-99999999999999999999999", kUnderflow},
      {"123456789012345678901234567890123456789", kPrecise},
      {"-1.23456789012345678901234567890123456789", kPrecise},
      {"100000000000000000000000000000000000000.1", kPrecise},
  };
  for (const auto& [input, expected] : kCases) {
    const Result<Decimal> parsed = Decimal::parse(input);
    ASSERT_FALSE(parsed.ok()) << input;
    EXPECT_EQ(parsed.error().code, "ValidationException");
    EXPECT_EQ(parsed.error().message, expected);
    std::string ignored;
    EXPECT_FALSE(append_canonical_number(input, ignored).ok());
  }
}

TEST(Decimal, AddsAsPythonsDecimalDoes) {
  constexpr const char* kCases[][3] = {
      {"3.1739659644587492E+37", "9.0532746179102435345E+30", "31739668697862109910243534500000000000"},
      {"180537.819781354651", "-2E-23", "180537.81978135465099999999998"},
      {"1.6105E-40", "6.53E-51", "0.00000000000000000000000000000000000000016105000000653"},
      {"333146802137739195241", "-8.2E+10", "333146802055739195241"},
      {"-6.1230828507952492670E+38", "3.3562E+29", "-612308284743904926700000000000000000000"},
      {"-6.63925448E+38", "-7.53864767E+31", "-663925523386476700000000000000000000000"},
      {"-18.2202479323338841309", "-8459542701699498351374219736.403662514", "overflow"},
      {"29.781", "-9837702624972819635135035096797.276650", "-9837702624972819635135035096767.49565"},
      {"-3E+37", "-2.8085235203652032E+62", "-280852352036520320000000030000000000000000000000000000000000000"},
      {"7.2683320779239780771E+37", "-3.19757838827747624E+28", "72683320747263996888225237600000000000"},
      {"-0.0000840610035772283720010", "-0.0002063948341315016363", "-0.000290455837708730008301"},
      {"0.192217959", "4.4915523771870453902199858438226578030E+38", "overflow"},
      {"-1.4176480877876213", "-8.9316E-13", "-1.41764808778851446"},
      {"38", "-7.9557670546362387E+24", "-7955767054636238699999962"},
      {"2.7279936169255993E+37", "5.44E+34", "27334336169255993000000000000000000000"},
      {"0.000046202605810131346902630197557018943228", "8.8449498625784625E+37", "overflow"},
      {"-6E+38", "3.8257183121958089597E-40", "overflow"},
      {"2.688872188839009170E+80", "-0.276", "overflow"},
      {"-7.47855861301349073966", "2.9494935534809092447E-10", "-7.47855861271854138431190907553"},
      {"8.0233435070699758824E-40", "7.00773368E-50", "0.00000000000000000000000000000000000000080233435077707492504"},
      {"-6.0E+38", "-6.6143E+32", "-600000661430000000000000000000000000000"},
      {"7.83E+5", "-7159582094667.9141223", "-7159581311667.9141223"},
      {"-13076489423400974013701715063015699081", "0.650037437", "overflow"},
      {"0.000043", "3.76E-100", "overflow"},
      {"1e50", "1", "overflow"},
      {"9e125", "9e125", "overflow"},
      {"9e125", "9e124", "9.9e125"},
      {"1", "10000000000000000000000", "10000000000000000000001"},
      {"1e38", "-1", "99999999999999999999999999999999999999"},
      {"1e38", "1", "overflow"},
      {"1.5e-130", "-1.4e-130", "underflow"},
      {"5", "-5", "0"},
  };
  for (const auto& [a, b, expected] : kCases) {
    const Result<Decimal> sum = Decimal::add(*Decimal::parse(a), *Decimal::parse(b));
    const std::string wanted = expected;
    if (wanted == "overflow" || wanted == "underflow") {
      ASSERT_FALSE(sum.ok()) << a << " + " << b;
      EXPECT_EQ(sum.error().message, wanted == "overflow" ? kOverflow : kUnderflow) << a << " + " << b;
    } else {
      ASSERT_TRUE(sum.ok()) << a << " + " << b;
      EXPECT_EQ(sum->text(), number(wanted).text()) << a << " + " << b;
    }
  }
}

TEST(Decimal, KnowsIntegers) {
  for (const std::int64_t value : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1200}, INT64_MAX, INT64_MIN}) {
    const Decimal decimal(value);
    EXPECT_EQ(decimal.text(), std::to_string(value));
    EXPECT_EQ(decimal, number(std::to_string(value)));
    std::int64_t back = 1;
    EXPECT_TRUE(decimal.to_int64(back));
    EXPECT_EQ(back, value);
  }
  std::int64_t ignored = 0;
  EXPECT_FALSE(number("1.5").to_int64(ignored));
  EXPECT_FALSE(number("9223372036854775808").to_int64(ignored));
  EXPECT_FALSE(number("1e30").to_int64(ignored));
}

// The oracle: a number as an array of digits around a fixed point, with school arithmetic.
class Fixed {
 public:
  explicit Fixed(const std::string& text) : negative_(text.front() == '-'), digits_(kWhole + kFraction, 0) {
    const std::string plain = negative_ ? text.substr(1) : text;
    const std::size_t whole = std::min(plain.find('.'), plain.size());
    for (std::size_t i = 0; i < whole; ++i) digits_[kWhole - whole + i] = plain[i] - '0';
    for (std::size_t i = whole + 1; i < plain.size(); ++i) digits_[kWhole + i - whole - 1] = plain[i] - '0';
  }
  static int compare(const Fixed& a, const Fixed& b) {
    const int sign_a = a.sign();
    const int sign_b = b.sign();
    if (sign_a != sign_b) return sign_a < sign_b ? -1 : 1;
    const int magnitude = a.digits_ < b.digits_ ? -1 : a.digits_ > b.digits_ ? 1 : 0;
    return sign_a * magnitude;
  }
  static Fixed add(const Fixed& a, const Fixed& b) {
    if (a.negative_ == b.negative_) return combine(a, b, 1);
    return a.digits_ >= b.digits_ ? combine(a, b, -1) : combine(b, a, -1);
  }
  std::string text() const {
    std::string out;
    for (std::size_t i = 0; i < digits_.size(); ++i) {
      if (i == kWhole) out += '.';
      out += static_cast<char>('0' + digits_[i]);
    }
    out.erase(0, std::min(out.find_first_not_of('0'), kWhole - 1));
    if (out.front() == '.') out.insert(0, "0");
    while (out.back() == '0') out.pop_back();
    if (out.back() == '.') out.pop_back();
    if (out.size() > 1 && out[0] == '0' && out[1] != '.') out.erase(0, 1);
    return (sign() < 0 ? "-" : "") + out;
  }

 private:
  static constexpr std::size_t kWhole = 130;
  static constexpr std::size_t kFraction = 180;
  int sign() const {
    for (const int digit : digits_) {
      if (digit != 0) return negative_ ? -1 : 1;
    }
    return 0;
  }
  static Fixed combine(const Fixed& a, const Fixed& b, int factor) {
    Fixed out = a;
    int carry = 0;
    for (std::size_t i = a.digits_.size(); i-- > 0;) {
      const int digit = a.digits_[i] + factor * b.digits_[i] + carry;
      out.digits_[i] = (digit + 10) % 10;
      carry = digit < 0 ? -1 : digit / 10;
    }
    return out;
  }
  bool negative_;
  std::vector<int> digits_;
};

Decimal random_decimal(std::mt19937_64& random, int leading_from, int leading_to) {
  const int digits = static_cast<int>(1 + random() % 38);
  std::string text = random() % 2 == 0 ? "-" : "";
  for (int i = 0; i < digits; ++i) {
    // Runs of zeros and nines: where carries and trimming happen.
    const unsigned pick = static_cast<unsigned>(random() % 4);
    text += pick == 0 ? '0' : pick == 1 ? '9' : static_cast<char>('0' + random() % 10);
  }
  if (text.find_first_not_of("-0") == std::string::npos) return {};
  const int leading = leading_from + static_cast<int>(random() % static_cast<unsigned>(leading_to - leading_from + 1));
  const std::size_t zeros = text.find_first_of("123456789") - (text[0] == '-' ? 1 : 0);
  return number(text + "e" + std::to_string(leading - digits + 1 + static_cast<int>(zeros)));
}

TEST(Decimal, AgreesWithSchoolArithmetic) {
  std::mt19937_64 random(42);
  int refused = 0;
  for (int round = 0; round < 4000; ++round) {
    const bool wide = round % 4 == 0;
    const Decimal a = random_decimal(random, wide ? -130 : -3, wide ? 125 : 6);
    const Decimal b = random_decimal(random, wide ? -130 : -3, wide ? 125 : 6);
    const Fixed fixed_a(a.text());
    const Fixed fixed_b(b.text());
    const int order = Fixed::compare(fixed_a, fixed_b);
    EXPECT_EQ(a < b, order < 0) << a.text() << " " << b.text();
    EXPECT_EQ(a == b, order == 0);
    EXPECT_EQ(number(a.text()), a);

    std::string key_a;
    std::string key_b;
    a.append_key(key_a);
    b.append_key(key_b);
    EXPECT_EQ(key_a < key_b, order < 0) << a.text() << " " << b.text();
    EXPECT_EQ(key_a == key_b, order == 0);
    EXPECT_LE(key_a.size(), 22U);
    key_a += "rest";
    std::string_view rest = key_a;
    const Result<Decimal> back = Decimal::take_key(rest);
    ASSERT_TRUE(back.ok());
    EXPECT_EQ(*back, a);
    EXPECT_EQ(rest, "rest");

    const std::string expected = Fixed::add(fixed_a, fixed_b).text();
    const Result<Decimal> sum = Decimal::add(a, b);
    const Result<Decimal> wanted = Decimal::parse(expected);
    EXPECT_EQ(sum.ok(), wanted.ok()) << a.text() << " + " << b.text() << " = " << expected;
    if (sum.ok() && wanted.ok()) {
      EXPECT_EQ(sum->text(), expected);
      const Result<Decimal> difference = Decimal::subtract(*sum, b);
      ASSERT_TRUE(difference.ok());
      EXPECT_EQ(*difference, a);
    }
    refused += sum.ok() ? 0 : 1;
  }
  EXPECT_GT(refused, 500);
  EXPECT_LT(refused, 3500);
}

TEST(Decimal, RefusesBytesThatAreNoNumber) {
  using namespace std::string_view_literals;
  for (const std::string_view bytes :
       {""sv, "\x00"sv, "\x03"sv, "\x03\x82\x00"sv, "\x03\x82\x0b"sv, "\x03\x82\x0b\x01\x00"sv, "\x03\x82\x05\x00"sv,
        "\x03\x82\x70\x00"sv, "\x04\x82\x0b\x00"sv}) {
    std::string_view rest = bytes;
    EXPECT_FALSE(Decimal::take_key(rest).ok());
  }
  std::string_view one = "\x03\x82\x0b\x00"sv;
  EXPECT_EQ(Decimal::take_key(one)->text(), "1");
}

}  // namespace
}  // namespace orrery::item
