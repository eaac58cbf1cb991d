// What AWS/Kinesis has of each stream
// (docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html, "Basic stream-level metrics").
#pragma once

#include "services/kinesis/streams/stream.h"
#include "services/metric_sink.h"

namespace orrery::kinesis {

// `operation`: "PutRecord" or "PutRecords".
void count_put(MetricSink& sink, const StreamName& stream, std::string_view operation, std::size_t bytes,
               std::size_t records);
// `age_ms`: how long the last record of the answer had been there.
void count_get(MetricSink& sink, const StreamName& stream, std::size_t bytes, std::size_t records, std::int64_t age_ms);

}  // namespace orrery::kinesis
