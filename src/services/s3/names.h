// What may be the name of a bucket or the key of an object.
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace orrery::s3 {

// docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html, general purpose buckets.
bool is_bucket_name(std::string_view name);
// 1 to 1,024 bytes of UTF-8. Errors: KeyTooLongError, InvalidURI.
Result<> check_key(std::string_view key);

}  // namespace orrery::s3
