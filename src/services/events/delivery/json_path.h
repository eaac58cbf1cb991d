// The JSONPath subset of EventBridge: $, .name, ['name'], [0], [*] and .*; names of letters, digits, '-', '_', '/'.
#pragma once

#include "base/json.h"

#include <optional>
#include <string_view>

namespace orrery::events {

bool valid_path(std::string_view path);
// nullopt: nothing there (or not a path). A path with a wildcard gives the array of all that it finds.
std::optional<json::value> at_path(const json::value& document, std::string_view path);

}  // namespace orrery::events
