// PartiQL's words, from the text of a statement.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::dynamodb::partiql {

// Where something stands in a statement, as messages say it: " at 1:8:5" (line, column, length, in characters).
struct Position {
  std::size_t line = 1;
  std::size_t column = 1;
  std::size_t length = 0;
};
std::string to_text(const Position& position);

struct Token {
  enum class Kind : std::uint8_t {
    End,     // of the statement, or a semicolon
    Word,    // an unquoted name, a keyword or a function
    Quoted,  // "a name"
    String,
    Number,
    Ion,     // between back quotes
    Symbol,  // "<=", "<<", "?", …
  };
  Kind kind = Kind::End;
  std::string text;  // of names and strings: without quotes
  std::string word;  // Word: in lower case
  Position at;

  bool is(std::string_view symbol) const { return kind == Kind::Symbol && text == symbol; }
  bool is_word(std::string_view lower_case) const { return kind == Kind::Word && word == lower_case; }
};

// The last token is an End. Error: malformed(""), for what is no token of the language.
Result<std::vector<Token>> tokens_of(std::string_view statement);

// Words that are no names unless they are quoted.
bool is_reserved(std::string_view lower_case);
// Of those, the ones that stand between operands: IS, LIKE, AND, …
bool is_operator_word(std::string_view lower_case);

// ValidationException "Statement wasn't well formed, can't be processed: <why>".
Error malformed(std::string_view why);

}  // namespace orrery::dynamodb::partiql
