#include "services/sqs/metrics.h"

#include "services/metric_sink.h"

namespace orrery::sqs {

void publish(const Sqs& sqs, const Queue& queue, std::string_view name, double value, std::string_view unit,
             double times) {
  if (sqs.metrics == nullptr) return;
  PublishedMetric metric{queue.account, queue.region, "AWS/SQS", name, unit};
  metric.dimensions = {{"QueueName", queue.name}};
  metric.times = times;
  sqs.metrics->publish(metric, value);
}

void publish_counts(const Sqs& sqs, const Queue& queue, Shelf& shelf, Instant now) {
  if (sqs.metrics == nullptr || !shelf.counts_are_due(now)) return;
  const Counts counts = shelf.counts(queue, now);
  publish(sqs, queue, "ApproximateNumberOfMessagesVisible", static_cast<double>(counts.visible));
  publish(sqs, queue, "ApproximateNumberOfMessagesNotVisible", static_cast<double>(counts.in_flight));
  publish(sqs, queue, "ApproximateNumberOfMessagesDelayed", static_cast<double>(counts.delayed));
  const auto first = shelf.first_sent();
  const Millis age = first ? now - *first : Millis(0);
  publish(sqs, queue, "ApproximateAgeOfOldestMessage", static_cast<double>(age.count()) / 1000, "Seconds");
}

}  // namespace orrery::sqs
