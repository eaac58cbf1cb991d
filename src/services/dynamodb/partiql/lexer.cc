#include "services/dynamodb/partiql/token.h"

#include <algorithm>
#include <array>
#include <limits>

namespace orrery::dynamodb::partiql {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool starts_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
// Bytes that continue a UTF-8 sequence are no characters of their own.
bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

// The longest first.
constexpr std::array<std::string_view, 25> kSymbols = {"<<", ">>", "<=", ">=", "<>", "!=", "||", "=", "<",
                                                       ">",  "+",  "-",  "*",  "/",  "%",  "(",  ")", "[",
                                                       "]",  "{",  "}",  ",",  ".",  ":",  "?"};

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Result<std::vector<Token>> run() {
    std::vector<Token> tokens;
    do {
      if (!skip_space()) return fail(malformed(""));
      token_ = Token();
      token_.at = {line_, column_, 0};
      const std::size_t from = at_;
      if (!take()) return fail(malformed(""));
      move_over(from);
      tokens.push_back(std::move(token_));
    } while (tokens.back().kind != Token::Kind::End);
    // Nothing but space may follow a semicolon.
    if (!skip_space() || at_ != text_.size()) return fail(malformed("Unexpected token after expression"));
    return tokens;
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  // Counts lines and columns of what was taken since `from`.
  void move_over(std::size_t from) {
    for (std::size_t i = from; i < at_; ++i) {
      if (text_[i] == '\n') {
        ++line_;
        column_ = 1;
      } else if (starts_character(text_[i])) {
        ++column_;
        ++token_.at.length;
      }
    }
  }

  // False at a comment without end.
  bool skip_space() {
    while (at_ < text_.size()) {
      const std::size_t from = at_;
      if (is_space(peek())) {
        ++at_;
      } else if (peek() == '-' && peek(1) == '-') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (peek() == '/' && peek(1) == '*') {
        const std::size_t end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) return false;
        at_ = end + 2;
      } else {
        return true;
      }
      move_over(from);
    }
    return true;
  }

  bool take() {
    if (at_ == text_.size()) return true;
    const char c = peek();
    if (c == ';') return ++at_, true;
    if (c == '\'') return take_quoted('\'', Token::Kind::String);
    if (c == '"') return take_quoted('"', Token::Kind::Quoted);
    if (c == '`') return take_quoted('`', Token::Kind::Ion);
    if (starts_word(c)) return take_word();
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return take_number();
    for (const std::string_view symbol : kSymbols) {
      if (!text_.substr(at_).starts_with(symbol)) continue;
      token_.kind = Token::Kind::Symbol;
      token_.text = symbol;
      at_ += symbol.size();
      return true;
    }
    return false;
  }

  // A quote within is written twice.
  bool take_quoted(char quote, Token::Kind kind) {
    token_.kind = kind;
    while (true) {
      const std::size_t end = text_.find(quote, ++at_);
      if (end == std::string_view::npos) return false;
      token_.text += text_.substr(at_, end - at_);
      at_ = end + 1;
      if (peek() != quote) return true;
      token_.text += quote;
    }
  }

  bool take_word() {
    token_.kind = Token::Kind::Word;
    while (starts_word(peek()) || is_digit(peek())) token_.text += text_[at_++];
    token_.word = token_.text;
    std::ranges::transform(token_.word, token_.word.begin(), lower);
    return true;
  }

  void take_digits() {
    while (is_digit(peek())) token_.text += text_[at_++];
  }

  // The exponent, and the digits behind the point less the exponent, are 32-bit integers.
  bool take_number() {
    token_.kind = Token::Kind::Number;
    take_digits();
    std::int64_t fraction = 0;
    if (peek() == '.') {
      token_.text += text_[at_++];
      const std::size_t before = token_.text.size();
      take_digits();
      fraction = static_cast<std::int64_t>(token_.text.size() - before);
    }
    const bool is_signed = peek(1) == '+' || peek(1) == '-';
    if (lower(peek()) != 'e' || !is_digit(peek(is_signed ? 2 : 1))) return true;
    const bool negative = peek(1) == '-';
    token_.text += negative ? "e-" : "e";
    at_ += is_signed ? 2 : 1;
    std::int64_t exponent = 0;
    for (; is_digit(peek()); ++at_) {
      token_.text += peek();
      exponent = std::min<std::int64_t>(exponent * 10 + (peek() - '0'), std::int64_t{1} << 40);
    }
    if (negative) exponent = -exponent;
    const auto fits = [](std::int64_t n) {
      return n >= std::numeric_limits<std::int32_t>::min() && n <= std::numeric_limits<std::int32_t>::max();
    };
    return fits(exponent) && fits(fraction - exponent);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t column_ = 1;
  Token token_;
};

}  // namespace

std::string to_text(const Position& position) {
  return " at " + std::to_string(position.line) + ':' + std::to_string(position.column) + ':' +
         std::to_string(position.length);
}

Error malformed(std::string_view why) {
  return api_error("ValidationException", "Statement wasn't well formed, can't be processed: " + std::string(why));
}

Result<std::vector<Token>> tokens_of(std::string_view statement) { return Lexer(statement).run(); }

}  // namespace orrery::dynamodb::partiql
