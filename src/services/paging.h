// Opaque continuation tokens: where the next page begins, in a form that clients hand back unread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace orrery {

// URL-safe text for any bytes (a store key, a name).
std::string page_token(std::string_view position);
// nullopt: not a token of ours; answer with the service's "invalid token" error.
std::optional<std::string> page_position(std::string_view token);

}  // namespace orrery
