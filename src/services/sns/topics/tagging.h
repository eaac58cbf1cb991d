// Tags of topics.
#pragma once

#include "shapes/sns.h"
#include "store/store.h"

#include <string>
#include <vector>

namespace orrery::sns {

// Errors: InvalidParameter, TagLimitExceeded.
Result<> put_tags(Transaction& tx, const std::string& arn, const std::vector<Tag>& tags);

}  // namespace orrery::sns
