// The words of a query, one after the other.
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace orrery::logs::insights {

struct Token {
  enum class Kind : unsigned char {
    Word,    // fields, and, @message, a.b.0
    Quoted,  // `a-b`: a field's name
    Text,    // "…", '…'
    Number,  // 5, 1.5
    Period,  // 5m
    Regex,   // between slashes
    Sign,    // anything else: ( ) [ ] , | = != < <= > >= =~ + - * / ^ %
    End,
  } kind = Kind::End;
  std::string text;                // unescaped; of a regular expression without its slashes
  std::size_t begin = 0, end = 0;  // in the query
};

class Lexer {
 public:
  explicit Lexer(std::string_view query) : query_(query) {}

  // Error: MalformedQueryException, for what is not closed and characters that mean nothing.
  Result<Token> next();
  // The token `slash` is the beginning of a regular expression and no division: reads on behind its end.
  Result<Token> regex(const Token& slash);

  std::string_view query() const { return query_; }

 private:
  void skip_space();
  Result<Token> quoted(char quote);
  Token word();
  Token number();

  std::string_view query_;
  std::size_t at_ = 0;
};

// MalformedQueryException, with the place in `query` in its words and in its queryCompileError.
Failure malformed(std::string_view query, std::size_t begin, std::size_t end, const std::string& message);
Failure unexpected(std::string_view query, const Token& token);

}  // namespace orrery::logs::insights
