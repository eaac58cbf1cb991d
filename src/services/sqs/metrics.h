// Metrics of the namespace AWS/SQS
// (docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html).
#pragma once

#include "services/sqs/shelf/shelf.h"

namespace orrery::sqs {

void publish(const Sqs& sqs, const Queue& queue, std::string_view name, double value, std::string_view unit = "Count",
             double times = 1);
// Those of how many messages there are, at most once a second.
void publish_counts(const Sqs& sqs, const Queue& queue, Shelf& shelf, Instant now);

}  // namespace orrery::sqs
