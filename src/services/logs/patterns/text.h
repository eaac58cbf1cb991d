// Small things that the forms of filter patterns share.
#pragma once

#include "base/result.h"

#include <optional>
#include <string>
#include <string_view>

namespace orrery::logs {

inline constexpr std::string_view kSpace = " \t\r\n";

// InvalidParameterException, "Invalid filter pattern: …".
Failure invalid_pattern(const std::string& message);

std::string_view trimmed(std::string_view text);
// The phrase at the front of `rest`, which starts with a quotation mark; takes it off. A backslash stands before a
// quotation mark or another backslash.
Result<std::string> take_quoted(std::string_view& rest);

// '*' stands for any characters.
bool like(std::string_view text, std::string_view pattern);

// The whole text as a finite decimal number.
std::optional<double> as_number(std::string_view text);

}  // namespace orrery::logs
