// What DynamoDB publishes to CloudWatch by itself; what follows from requests and their answers is published by whoever
// observes those (docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html).
#pragma once

#include "services/dynamodb/tables/throughput.h"
#include "services/metric_sink.h"

#include <string_view>

namespace orrery::dynamodb {

// Units of a table, or (`index` not empty) of a global index. `table_arn` as in its description.
void publish_consumed(MetricSink& sink, std::string_view table_arn, std::string_view index, Use use, double units);
// A request that found a bucket empty; `arn`: of the table or the index.
void publish_throttled(MetricSink& sink, std::string_view arn, Use use);
// `operation`: "Query", "Scan"; items that a page has.
void publish_returned(MetricSink& sink, std::string_view table_arn, std::string_view operation, double items);
// Items that were deleted for their time was over.
void publish_expired(MetricSink& sink, std::string_view table_arn, double items);

}  // namespace orrery::dynamodb
