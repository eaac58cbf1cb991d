// Writing JSON without making a document of it first.
#pragma once

#include <string>
#include <string_view>

namespace orrery::events {

// Appends `text` as a JSON string, in the words of json::serialize().
void append_quoted(std::string& out, std::string_view text);
// Appends `"name":"text"`, after a comma unless it is the first of its object.
void append_member(std::string& out, std::string_view name, std::string_view text);

}  // namespace orrery::events
