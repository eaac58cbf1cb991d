// Pure helpers on request targets (RFC 3986). Raw and decoded forms are both kept: signatures need the raw one.
#pragma once

#include "base/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::http {

struct Target {
  std::string_view path;       // raw; "/" when an absolute-form target has none
  std::string_view query;      // raw, without '?'
  std::string_view authority;  // of an absolute-form target, else empty
};

// Splits "/a/b?c", "*", "http://host:1/a?b". nullopt for anything else (and for a fragment, which is never sent).
std::optional<Target> split_target(std::string_view target);

struct QueryParameter {
  std::string_view raw_name, raw_value;  // as sent
  bool has_value = false;                // "a=" has, "a" has not
  std::string name, value;               // percent-decoded, '+' is a space
};

// In the order sent; empty pieces ("a&&b") are skipped. Error "InvalidURI" on a broken escape.
Result<std::vector<QueryParameter>> parse_query(std::string_view query);
// The first of that decoded name.
const QueryParameter* find_parameter(const std::vector<QueryParameter>& parameters, std::string_view name);

// The path's pieces between slashes, decoded ('+' stays). "/a%2Fb/c" gives {"a/b", "c"}, "/" gives {}, "/a/" {"a", ""}.
// Error "InvalidURI" on a broken escape.
Result<std::vector<std::string>> split_path(std::string_view path);

}  // namespace orrery::http
