// Tags of tables.
#pragma once

#include "services/tags.h"
#include "shapes/dynamodb.h"

#include <vector>

namespace orrery::dynamodb {

// Errors: ValidationException for too many, a key given twice, a key that belongs to AWS.
Result<TagMap> tags_of(const std::vector<Tag>& tags);

}  // namespace orrery::dynamodb
