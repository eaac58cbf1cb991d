// Boost.JSON, with the few helpers that everyone wants. For documents (policies, events, stored records); the request
// hot path has its own parser in wire/.
#pragma once

#include "base/result.h"

#include <optional>
#include <string>
#include <string_view>

#include <boost/json.hpp>

namespace orrery {

namespace json = boost::json;

// The document, or an Internal error that says where parsing stopped; callers turn it into their service's error.
// Depth is limited to 128 levels.
Result<json::value> parse_json(std::string_view text);
std::string to_text(const json::value& value);

// Member access without exceptions; nullptr / nullopt when absent or of another type.
const json::value* find(const json::value& value, std::string_view name);
std::optional<std::string_view> find_string(const json::value& value, std::string_view name);
std::optional<std::int64_t> find_int(const json::value& value, std::string_view name);
// A copy of that member, or of `otherwise`.
std::string text_of(const json::value& value, std::string_view name, std::string_view otherwise = "");
std::optional<bool> find_bool(const json::value& value, std::string_view name);

}  // namespace orrery
