// Simple Storage Service: buckets and objects.
#pragma once

#include "blob/blob.h"
#include "services/operation.h"

namespace orrery {
class Background;
class MetricSink;
}  // namespace orrery

namespace orrery::s3 {

// Injected by the composition root; outlives every call.
struct S3 {
  BlobStore& blobs;                  // bodies of more than kInlineMost bytes (records.h)
  Background* background = nullptr;  // null: nothing is measured
  MetricSink* metrics = nullptr;     // null: nothing is published
};

Service s3_service(S3& s3);
// The handlers of the timer "s3.midnight" and the message "s3.measure" (storage_metrics.h). Before background.start().
void register_background(S3& s3);

}  // namespace orrery::s3
