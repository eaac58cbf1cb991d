#include "services/firehose/metrics.h"

#include "services/resource_metrics.h"

namespace orrery::firehose {
namespace {

ResourceMetrics of_stream(MetricSink& sink, const StreamName& stream) {
  return {sink, stream, "AWS/Firehose", "DeliveryStreamName"};
}

}  // namespace

void count_put(MetricSink& sink, const StreamName& stream, std::string_view operation, std::size_t records,
               std::size_t bytes) {
  ResourceMetrics metrics = of_stream(sink, stream);
  const auto many = static_cast<double>(records), size = static_cast<double>(bytes);
  if (operation.empty()) {
    metrics.publish("DataReadFromKinesisStream.Records", MetricUnit::Count, many);
    metrics.publish("DataReadFromKinesisStream.Bytes", MetricUnit::Bytes, size);
    return;
  }
  metrics.publish("IncomingRecords", MetricUnit::Count, many);
  metrics.publish("IncomingBytes", MetricUnit::Bytes, size);
  metrics.publish("IncomingPutRequests", MetricUnit::Count, 1);
  const bool batch = operation == "PutRecordBatch";
  metrics.publish(batch ? "PutRecordBatch.Requests" : "PutRecord.Requests", MetricUnit::Count, 1);
  metrics.publish(batch ? "PutRecordBatch.Bytes" : "PutRecord.Bytes", MetricUnit::Bytes, size);
  if (batch) metrics.publish("PutRecordBatch.Records", MetricUnit::Count, many);
}

void count_delivery(MetricSink& sink, const StreamName& stream, bool good, std::size_t records, std::size_t bytes,
                    std::int64_t age_ms) {
  ResourceMetrics metrics = of_stream(sink, stream);
  metrics.publish("DeliveryToS3.Success", MetricUnit::Count, good ? 1 : 0);
  metrics.publish("DeliveryToS3.DataFreshness", MetricUnit::Seconds, static_cast<double>(age_ms) / 1000);
  if (!good) return;
  metrics.publish("DeliveryToS3.Records", MetricUnit::Count, static_cast<double>(records));
  metrics.publish("DeliveryToS3.Bytes", MetricUnit::Bytes, static_cast<double>(bytes));
}

void count_processing(MetricSink& sink, const StreamName& stream, std::size_t good, std::size_t failed) {
  ResourceMetrics metrics = of_stream(sink, stream);
  metrics.publish("SucceedProcessing.Records", MetricUnit::Count, static_cast<double>(good));
  metrics.publish("ExecuteProcessing.Success", MetricUnit::Count, failed == 0 ? 1 : 0);
}

}  // namespace orrery::firehose
