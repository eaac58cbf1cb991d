#include "services/firehose/metrics.h"

namespace orrery::firehose {
namespace {

class OfStream {
 public:
  OfStream(MetricSink& sink, const StreamName& stream)
      : sink_(sink), metric_{stream.account, stream.region, "AWS/Firehose", {}, {}} {
    metric_.dimensions = {{"DeliveryStreamName", stream.name}};
  }
  void publish(std::string_view name, std::string_view unit, double value) {
    metric_.name = name;
    metric_.unit = unit;
    sink_.publish(metric_, value);
  }

 private:
  MetricSink& sink_;
  PublishedMetric metric_;
};

constexpr std::string_view kBytes = "Bytes", kCount = "Count", kSeconds = "Seconds";

}  // namespace

void count_put(MetricSink& sink, const StreamName& stream, std::string_view operation, std::size_t records,
               std::size_t bytes) {
  OfStream metrics(sink, stream);
  const auto many = static_cast<double>(records), size = static_cast<double>(bytes);
  if (operation.empty()) {
    metrics.publish("DataReadFromKinesisStream.Records", kCount, many);
    metrics.publish("DataReadFromKinesisStream.Bytes", kBytes, size);
    return;
  }
  metrics.publish("IncomingRecords", kCount, many);
  metrics.publish("IncomingBytes", kBytes, size);
  metrics.publish("IncomingPutRequests", kCount, 1);
  const bool batch = operation == "PutRecordBatch";
  metrics.publish(batch ? "PutRecordBatch.Requests" : "PutRecord.Requests", kCount, 1);
  metrics.publish(batch ? "PutRecordBatch.Bytes" : "PutRecord.Bytes", kBytes, size);
  if (batch) metrics.publish("PutRecordBatch.Records", kCount, many);
}

void count_delivery(MetricSink& sink, const StreamName& stream, bool good, std::size_t records, std::size_t bytes,
                    std::int64_t age_ms) {
  OfStream metrics(sink, stream);
  metrics.publish("DeliveryToS3.Success", kCount, good ? 1 : 0);
  metrics.publish("DeliveryToS3.DataFreshness", kSeconds, static_cast<double>(age_ms) / 1000);
  if (!good) return;
  metrics.publish("DeliveryToS3.Records", kCount, static_cast<double>(records));
  metrics.publish("DeliveryToS3.Bytes", kBytes, static_cast<double>(bytes));
}

void count_processing(MetricSink& sink, const StreamName& stream, std::size_t good, std::size_t failed) {
  OfStream metrics(sink, stream);
  metrics.publish("SucceedProcessing.Records", kCount, static_cast<double>(good));
  metrics.publish("ExecuteProcessing.Success", kCount, failed == 0 ? 1 : 0);
}

}  // namespace orrery::firehose
