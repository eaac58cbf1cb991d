#include "base/json.h"
#include "services/logs/insights/token.h"
#include "services/logs/insights/value.h"
#include "shapes/logs.h"

#include <algorithm>

namespace orrery::logs::insights {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

}  // namespace

Failure malformed(std::string_view query, std::size_t begin, std::size_t end, const std::string& message) {
  const std::string_view before = query.substr(0, begin);
  const auto line = 1 + std::ranges::count(before, '\n');
  const auto last = before.rfind('\n');
  const std::size_t column = last == std::string_view::npos ? begin : begin - last - 1;
  const std::string text = message + " at line " + std::to_string(line) + " and position " + std::to_string(column + 1);
  Error error = errors::MalformedQueryException(text);
  error.with("queryCompileError",
             json::serialize(json::object{
                 {"location", json::object{{"startCharOffset", begin}, {"endCharOffset", std::max(begin, end)}}},
                 {"message", text}}));
  return fail(std::move(error));
}

Failure unexpected(std::string_view query, const Token& token) {
  if (token.kind == Token::Kind::End) return malformed(query, token.begin, token.end, "unexpected end of query");
  const std::string_view written = query.substr(token.begin, token.end - token.begin);
  return malformed(query, token.begin, token.end, "unexpected symbol found " + std::string(written));
}

// White space, and comments: from # to the end of the line.
void Lexer::skip_space() {
  while (at_ < query_.size()) {
    if (query_[at_] == '#') {
      at_ = std::min(query_.find('\n', at_), query_.size());
    } else if (std::string_view(" \t\r\n").find(query_[at_]) != std::string_view::npos) {
      ++at_;
    } else {
      return;
    }
  }
}

Result<Token> Lexer::quoted(char quote) {
  Token token;
  token.kind = quote == '`' ? Token::Kind::Quoted : Token::Kind::Text;
  token.begin = at_++;
  for (; at_ < query_.size(); ++at_) {
    char c = query_[at_];
    if (c == quote) {
      ++at_;
      if (quote == '`' && at_ < query_.size() && query_[at_] == '.') token.text += word().text;  // `a-b`.c
      token.end = at_;
      return token;
    }
    // A backslash before anything else stands for itself: "\d".
    if (c == '\\' && at_ + 1 < query_.size() && (query_[at_ + 1] == quote || query_[at_ + 1] == '\\')) {
      c = query_[++at_];
    }
    token.text += c;
  }
  return malformed(query_, token.begin, query_.size(), "a quotation is not closed: it begins");
}

// Dots join the parts of a name, of which later ones may be numbers or stand in backquotes, and brackets count.
Token Lexer::word() {
  Token token;
  token.kind = Token::Kind::Word;
  token.begin = at_;
  const auto continues = [&](char c) { return is_letter(c) || is_digit(c) || c == '@'; };
  while (at_ < query_.size()) {
    const char c = query_[at_];
    const char following = at_ + 1 < query_.size() ? query_[at_ + 1] : '\0';
    if (continues(c) || (c == '.' && continues(following))) {
      token.text += c;
      ++at_;
    } else if (c == '.' && following == '`') {
      const auto close = query_.find('`', at_ + 2);
      if (close == std::string_view::npos) break;
      token.text.append(".").append(query_.substr(at_ + 2, close - at_ - 2));
      at_ = close + 1;
    } else if (c == '[' && is_digit(following) && token.text != "in") {
      const auto close = query_.find_first_not_of("0123456789", at_ + 1);
      if (close == std::string_view::npos || query_[close] != ']') break;
      token.text.append(".").append(query_.substr(at_ + 1, close - at_ - 1));
      at_ = close + 1;
    } else {
      break;
    }
  }
  token.end = at_;
  return token;
}

// Digits with letters behind them are a period.
Token Lexer::number() {
  Token token;
  token.kind = Token::Kind::Number;
  token.begin = at_;
  while (at_ < query_.size() && (is_digit(query_[at_]) || query_[at_] == '.')) ++at_;
  while (at_ < query_.size() && (is_letter(query_[at_]) || is_digit(query_[at_]))) {
    token.kind = Token::Kind::Period;
    ++at_;
  }
  token.end = at_;
  token.text = query_.substr(token.begin, token.end - token.begin);
  return token;
}

Result<Token> Lexer::next() {
  skip_space();
  Token token;
  token.begin = token.end = at_;
  if (at_ == query_.size()) return token;
  const char c = query_[at_];
  const char following = at_ + 1 < query_.size() ? query_[at_ + 1] : '\0';
  if (c == '"' || c == '\'' || c == '`') return quoted(c);
  if (is_letter(c) || c == '@') return word();
  if (is_digit(c) || (c == '.' && is_digit(following))) return number();
  token.kind = Token::Kind::Sign;
  for (const std::string_view sign : {"!=", "<=", ">=", "=~"}) {
    if (query_.substr(at_).starts_with(sign)) token.text = sign;
  }
  if (token.text.empty() && std::string_view("()[],|=<>+-*/^%").find(c) != std::string_view::npos) token.text = c;
  if (token.text.empty()) {
    token.end = at_ + 1;
    return unexpected(query_, token);
  }
  at_ += token.text.size();
  token.end = at_;
  return token;
}

Result<Token> Lexer::regex(const Token& slash) {
  Token token;
  token.kind = Token::Kind::Regex;
  token.begin = slash.begin;
  for (at_ = slash.begin + 1; at_ < query_.size(); ++at_) {
    if (query_[at_] == '/') {
      token.end = ++at_;
      return token;
    }
    if (query_[at_] == '\\' && at_ + 1 < query_.size()) {
      if (query_[at_ + 1] != '/') token.text += '\\';
      ++at_;
    }
    token.text += query_[at_];
  }
  return malformed(query_, token.begin, query_.size(), "a regular expression is not closed: it begins");
}

}  // namespace orrery::logs::insights
