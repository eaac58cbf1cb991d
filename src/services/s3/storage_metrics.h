// What buckets hold, told to CloudWatch once a day at midnight UTC: NumberOfObjects and BucketSizeBytes
// (docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html). Empty buckets tell nothing.
#pragma once

#include "background/background.h"
#include "services/s3/s3.h"

namespace orrery::s3 {

// With each new bucket: the timer of the next midnight.
Result<> arm_measuring(S3& s3, Transaction& tx, Instant now);
// The timer: a message for each bucket, and the next midnight, as long as there are buckets.
Result<> on_midnight(S3& s3, Transaction& tx, const Timer& timer);
// Counts some of a bucket's objects; the last step publishes.
Result<Delivered> measure_step(S3& s3, Transaction& tx, const Message& message);

}  // namespace orrery::s3
