// What an operation's input says at a path, and its tags, whatever form the service gives them. Through the shapes, so
// that a new operation needs nothing.
#pragma once

#include "wire/shape.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orrery::gateway {

using TagPairs = std::vector<std::pair<std::string, std::string>>;

// The scalars at a path of members ("Prefix", "Code.S3Bucket", "Layers"), as text; through lists: of each element.
// Empty when there are none.
std::vector<std::string> values_at(const wire::Shape& shape, const void* input, std::string_view path);
// The member itself; nullptr when the shape has none.
const wire::Member* find_member(const wire::Shape& shape, std::string_view name);

// The tags at a path: a list of {Key, Value}, a map, or S3's "a=1&b=2".
TagPairs tags_in(const wire::Shape& shape, const void* input, std::string_view path);
// Those of the member that services call Tags, tags or TagList, and those and the names in TagKeys, tagKeys.
TagPairs tags_of_input(const wire::Shape& shape, const void* input);
std::vector<std::string> tag_keys_of_input(const wire::Shape& shape, const void* input);

}  // namespace orrery::gateway
