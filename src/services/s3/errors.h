// S3's errors in its own words (docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html).
#pragma once

#include "base/error.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace orrery::s3 {

::orrery::Error no_such_bucket(const std::string& bucket);
::orrery::Error no_such_key(const std::string& key);
::orrery::Error access_denied();
::orrery::Error invalid_argument(std::string message, std::string_view name, std::string value);
::orrery::Error precondition_failed(std::string_view condition);
// 501, by the header or parameter that asks for what is not built.
::orrery::Error not_built(std::string_view header);

}  // namespace orrery::s3
