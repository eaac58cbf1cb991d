// Resources of S3 as policies name them.
#pragma once

#include "services/call.h"

#include <string>

namespace orrery::s3 {

inline std::string bucket_arn(const std::string& bucket) { return "arn:aws:s3:::" + bucket; }
inline std::string object_arn(const std::string& bucket, const std::string& key) {
  return "arn:aws:s3:::" + bucket + "/" + key;
}

}  // namespace orrery::s3
