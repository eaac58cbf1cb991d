// Simple Storage Service: buckets and objects.
#pragma once

#include "blob/blob.h"
#include "services/operation.h"

namespace orrery::s3 {

// Injected by the composition root; outlives every call.
struct S3 {
  BlobStore& blobs;  // bodies of more than kInlineMost bytes (records.h)
};

Service s3_service(S3& s3);

}  // namespace orrery::s3
