#pragma once

#include <string>
#include <string_view>

namespace orrery {

// Well-formed as Unicode has it (no surrogates, nothing overlong, nothing above U+10FFFF).
bool is_utf8(std::string_view bytes);
// Bytes that are not UTF-8 become U+FFFD (one for each maximal ill-formed part).
std::string to_utf8(std::string_view bytes);

}  // namespace orrery
