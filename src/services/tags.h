// Tags of any resource, by ARN. Limits and wording differ between services: the caller checks those.
#pragma once

#include "store/store.h"

#include <map>
#include <span>
#include <string>
#include <string_view>

namespace orrery {

using TagMap = std::map<std::string, std::string>;
inline constexpr std::size_t kMaxTags = 50;

Result<TagMap> get_tags(Reader& reader, std::string_view arn);
// Adds and replaces; returns what holds afterwards (the caller refuses more than kMaxTags with its service's error).
Result<TagMap> add_tags(Transaction& tx, std::string_view arn, const TagMap& tags);
Result<> remove_tags(Transaction& tx, std::string_view arn, std::span<const std::string> keys);
// When the resource goes.
Result<> erase_tags(Transaction& tx, std::string_view arn);

}  // namespace orrery
