#include "services/kinesis/metrics.h"

namespace orrery::kinesis {
namespace {

class OfStream {
 public:
  OfStream(MetricSink& sink, const StreamName& stream)
      : sink_(sink), metric_{stream.account, stream.region, "AWS/Kinesis", {}, {}} {
    metric_.dimensions = {{"StreamName", stream.name}};
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

constexpr std::string_view kBytes = "Bytes", kCount = "Count", kMilliseconds = "Milliseconds";

}  // namespace

void count_put(MetricSink& sink, const StreamName& stream, std::string_view operation, std::size_t bytes,
               std::size_t records) {
  OfStream metrics(sink, stream);
  const auto size = static_cast<double>(bytes), many = static_cast<double>(records);
  metrics.publish("IncomingBytes", kBytes, size);
  metrics.publish("IncomingRecords", kCount, many);
  if (operation == "PutRecord") {
    metrics.publish("PutRecord.Bytes", kBytes, size);
    metrics.publish("PutRecord.Success", kCount, 1);
    return;
  }
  metrics.publish("PutRecords.Bytes", kBytes, size);
  metrics.publish("PutRecords.Success", kCount, 1);
  metrics.publish("PutRecords.TotalRecords", kCount, many);
  metrics.publish("PutRecords.SuccessfulRecords", kCount, many);
  metrics.publish("PutRecords.FailedRecords", kCount, 0);
  metrics.publish("PutRecords.ThrottledRecords", kCount, 0);
}

void count_get(MetricSink& sink, const StreamName& stream, std::size_t bytes, std::size_t records,
               std::int64_t age_ms) {
  OfStream metrics(sink, stream);
  metrics.publish("GetRecords.Bytes", kBytes, static_cast<double>(bytes));
  metrics.publish("GetRecords.Records", kCount, static_cast<double>(records));
  metrics.publish("GetRecords.Success", kCount, 1);
  metrics.publish("GetRecords.IteratorAgeMilliseconds", kMilliseconds, static_cast<double>(age_ms));
}

}  // namespace orrery::kinesis
