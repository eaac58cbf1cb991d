// Writing and reading one blob's file.
#pragma once

#include "base/random.h"
#include "blob/blob.h"
#include "blob/file.h"
#include "blob/id.h"

#include <memory>
#include <string>

namespace orrery::blob {

// FOLDER/xx/id, where xx are the first two characters of the id.
std::string path_in(const std::string& folder, const std::string& id);

// Writes to FOLDER/tmp until finished.
Result<std::unique_ptr<BlobWriter>> start_writing(const std::string& folder, Random& random, Durability durability);

Result<std::unique_ptr<BlobReader>> start_reading(const std::string& folder, const std::string& id,
                                                  std::uint64_t offset, std::uint64_t length);

}  // namespace orrery::blob
