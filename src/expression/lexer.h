// From the text of an expression to its tokens.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace orrery::expression {

struct Token {
  enum class Kind : std::uint8_t {
    Identifier,
    Name,     // #n
    Value,    // :v
    Integer,  // of a list index: no sign, no leading zero
    // keywords, in upper or lower case
    And,
    Or,
    Not,
    Between,
    In,
    Set,
    Remove,
    Add,
    Delete,
    // signs
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    LeftParen,
    RightParen,
    LeftBracket,
    RightBracket,
    Comma,
    Dot,
    Plus,
    Minus,
    Bad,  // a character that no token starts with
    End,
  };
  Kind kind = Kind::End;
  std::uint32_t begin = 0;  // bytes of the text
  std::uint32_t end = 0;
};

// The last one is End. Never fails: what is no token is Bad.
std::vector<Token> tokenize(std::string_view text);

// Whether `name` is written as a placeholder: '#' or ':' and then letters, digits, '_'.
bool is_placeholder(std::string_view name, char first);

}  // namespace orrery::expression
