// Deployment packages: unpacking, with the limits and messages of Lambda
// (docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace orrery::functions {

inline constexpr std::int64_t kMaxUnzippedBytes = 262'144'000;  // 250 MiB

struct Unpacked {
  std::int64_t files = 0;
  std::int64_t bytes = 0;
};

// Unpacks the archive into `directory`, which is made and must not exist yet or be empty. Files become 0644 or 0755
// (when any execute bit is set in the archive), directories 0755, so that a sandbox can read them. On failure the
// directory is left removed. Errors: InvalidParameterValueException with Lambda's message for a file that is no zip,
// for entries that leave the directory (absolute, "..", symbolic links that point outside) and for more than
// kMaxUnzippedBytes.
Result<Unpacked> unpack_zip(std::string_view bytes, const std::string& directory);
Result<Unpacked> unpack_zip_file(const std::string& path, const std::string& directory);

}  // namespace orrery::functions
