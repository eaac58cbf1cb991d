#pragma once

#include <string_view>

namespace orrery::http {

// RFC 9110 section 5.6.2: what a method or a header's name is made of.
bool is_token_char(char c);
bool is_token(std::string_view text);

}  // namespace orrery::http
