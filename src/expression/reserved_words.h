// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ReservedWords.html
#pragma once

#include <span>
#include <string_view>

namespace orrery::expression {

// A name that expressions may only use through a placeholder. Upper and lower case alike.
bool is_reserved_word(std::string_view name);
std::span<const std::string_view> reserved_words();  // in upper case, ascending

}  // namespace orrery::expression
