#include "expression/lexer.h"

#include <algorithm>
#include <array>
#include <utility>

namespace orrery::expression {
namespace {

using Kind = Token::Kind;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return is_letter(c) || is_digit(c) || c == '_'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool equal_without_case(std::string_view word, std::string_view upper) {
  return std::equal(word.begin(), word.end(), upper.begin(), upper.end(),
                    [](char a, char b) { return (a >= 'a' && a <= 'z' ? static_cast<char>(a - 'a' + 'A') : a) == b; });
}

Kind kind_of_word(std::string_view word) {
  constexpr std::pair<std::string_view, Kind> kKeywords[] = {
      {"AND", Kind::And}, {"OR", Kind::Or},         {"NOT", Kind::Not}, {"BETWEEN", Kind::Between}, {"IN", Kind::In},
      {"SET", Kind::Set}, {"REMOVE", Kind::Remove}, {"ADD", Kind::Add}, {"DELETE", Kind::Delete}};
  for (const auto& [keyword, kind] : kKeywords) {
    if (equal_without_case(word, keyword)) return kind;
  }
  return Kind::Identifier;
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  std::vector<Token> run() {
    std::vector<Token> out;
    while (true) {
      while (at_ < text_.size() && is_space(text_[at_])) ++at_;
      const std::size_t begin = at_;
      const Kind kind = at_ == text_.size() ? Kind::End : take();
      out.push_back({kind, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(at_)});
      if (kind == Kind::End) return out;
    }
  }

 private:
  template <class Predicate>
  void take_while(Predicate predicate) {
    while (at_ < text_.size() && predicate(text_[at_])) ++at_;
  }
  bool take_if(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  Kind take() {
    const std::size_t begin = at_;
    const char c = text_[at_++];
    if (is_letter(c)) {
      take_while(is_word);
      return kind_of_word(text_.substr(begin, at_ - begin));
    }
    if (c == '#' || c == ':') {
      take_while(is_word);
      if (at_ == begin + 1) return Kind::Bad;
      return c == '#' ? Kind::Name : Kind::Value;
    }
    if (is_digit(c)) {
      if (c != '0') take_while(is_digit);
      return Kind::Integer;
    }
    return sign(c);
  }

  Kind sign(char c) {
    switch (c) {
      case '=':
        return Kind::Equal;
      case '<':
        if (take_if('>')) return Kind::NotEqual;
        return take_if('=') ? Kind::LessOrEqual : Kind::Less;
      case '>':
        return take_if('=') ? Kind::GreaterOrEqual : Kind::Greater;
      case '(':
        return Kind::LeftParen;
      case ')':
        return Kind::RightParen;
      case '[':
        return Kind::LeftBracket;
      case ']':
        return Kind::RightBracket;
      case ',':
        return Kind::Comma;
      case '.':
        return Kind::Dot;
      case '+':
        return Kind::Plus;
      case '-':
        return Kind::Minus;
      default:
        // The rest of a character of several bytes.
        take_while([](char next) { return (static_cast<unsigned char>(next) & 0xC0) == 0x80; });
        return Kind::Bad;
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<Token> tokenize(std::string_view text) { return Lexer(text).run(); }

bool is_placeholder(std::string_view name, char first) {
  return name.size() > 1 && name.front() == first && std::all_of(name.begin() + 1, name.end(), is_word);
}

}  // namespace orrery::expression
