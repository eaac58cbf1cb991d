// Deployment packages: of functions and of layers, in the request or in a bucket.
#pragma once

#include "blob/blob.h"
#include "services/call.h"
#include "services/lambda/lambda.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace orrery::lambda {

// Where a request says that the archive is. Refers to the request.
struct PackageSource {
  const std::optional<std::string>& zip;
  const std::optional<std::string>& bucket;
  const std::optional<std::string>& key;
  const std::optional<std::string>& version;
};

struct Package {
  BlobInfo blob;         // nobody refers to it
  std::string code_key;  // hex SHA-256
  std::string sha256_base64;
  std::int64_t zipped_bytes = 0;
  std::int64_t unzipped_bytes = 0;
};

// Keeps the archive as a blob, and unpacks it: one that cannot be unpacked is refused here. On the deployer's thread.
Result<Package> take_package(Lambda& lambda, const Call& call, const PackageSource& source, std::string_view operation);

}  // namespace orrery::lambda
