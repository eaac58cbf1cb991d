#include "services/kinesis/metrics.h"

#include "services/resource_metrics.h"

namespace orrery::kinesis {
namespace {

ResourceMetrics of_stream(MetricSink& sink, const StreamName& stream) {
  return {sink, stream, "AWS/Kinesis", "StreamName"};
}

}  // namespace

void count_put(MetricSink& sink, const StreamName& stream, std::string_view operation, std::size_t bytes,
               std::size_t records) {
  ResourceMetrics metrics = of_stream(sink, stream);
  const auto size = static_cast<double>(bytes), many = static_cast<double>(records);
  metrics.publish("IncomingBytes", MetricUnit::Bytes, size);
  metrics.publish("IncomingRecords", MetricUnit::Count, many);
  if (operation == "PutRecord") {
    metrics.publish("PutRecord.Bytes", MetricUnit::Bytes, size);
    metrics.publish("PutRecord.Success", MetricUnit::Count, 1);
    return;
  }
  metrics.publish("PutRecords.Bytes", MetricUnit::Bytes, size);
  metrics.publish("PutRecords.Success", MetricUnit::Count, 1);
  metrics.publish("PutRecords.TotalRecords", MetricUnit::Count, many);
  metrics.publish("PutRecords.SuccessfulRecords", MetricUnit::Count, many);
  metrics.publish("PutRecords.FailedRecords", MetricUnit::Count, 0);
  metrics.publish("PutRecords.ThrottledRecords", MetricUnit::Count, 0);
}

void count_get(MetricSink& sink, const StreamName& stream, std::size_t bytes, std::size_t records,
               std::int64_t age_ms) {
  ResourceMetrics metrics = of_stream(sink, stream);
  metrics.publish("GetRecords.Bytes", MetricUnit::Bytes, static_cast<double>(bytes));
  metrics.publish("GetRecords.Records", MetricUnit::Count, static_cast<double>(records));
  metrics.publish("GetRecords.Success", MetricUnit::Count, 1);
  metrics.publish("GetRecords.IteratorAgeMilliseconds", MetricUnit::Milliseconds, static_cast<double>(age_ms));
}

}  // namespace orrery::kinesis
