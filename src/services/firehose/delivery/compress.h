// The form of an object's content.
#pragma once

#include "base/result.h"
#include "base/time.h"

#include <string>
#include <string_view>

namespace orrery::firehose {

// Of the formats that there are: UNCOMPRESSED, GZIP, ZIP.
bool can_compress(std::string_view format);
std::string_view extension_of(std::string_view format);  // ".gz"
// `name`: of the one file in a ZIP archive.
Result<std::string> compressed(std::string_view format, std::string content, const std::string& name, Instant at);

}  // namespace orrery::firehose
