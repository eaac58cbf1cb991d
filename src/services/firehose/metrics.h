// What AWS/Firehose has of each delivery stream (docs.aws.amazon.com/firehose/latest/dev/cloudwatch-metrics.html).
#pragma once

#include "services/firehose/streams/stream.h"
#include "services/metric_sink.h"

namespace orrery::firehose {

// `operation`: "PutRecord", "PutRecordBatch"; empty: records that were read from another stream.
void count_put(MetricSink& sink, const StreamName& stream, std::string_view operation, std::size_t records,
               std::size_t bytes);
// `age_ms`: of the oldest record delivered, or that could not be.
void count_delivery(MetricSink& sink, const StreamName& stream, bool good, std::size_t records, std::size_t bytes,
                    std::int64_t age_ms);
void count_processing(MetricSink& sink, const StreamName& stream, std::size_t good, std::size_t failed);

}  // namespace orrery::firehose
