#include "services/sns/metrics.h"

namespace orrery::sns {
namespace {

constexpr std::string_view kNames[] = {"NumberOfNotificationsDelivered", "NumberOfNotificationsFailed",
                                       "NumberOfNotificationsRedrivenToDlq",
                                       "NumberOfNotificationsFailedToRedriveToDlq"};

void put(const Sns& sns, const TopicName& topic, Instant at, std::string_view name, std::string_view unit,
         double value) {
  PublishedMetric metric{topic.account, topic.region, "AWS/SNS", name, unit};
  metric.dimensions = {{"TopicName", topic.name}};
  metric.at = at;
  sns.metrics->publish(metric, value);
}

}  // namespace

void count_published(Transaction& tx, const Sns& sns, const TopicName& topic, Instant at, std::int64_t bytes) {
  if (sns.metrics == nullptr) return;
  tx.on_commit([&sns, topic, at, bytes] {
    put(sns, topic, at, "NumberOfMessagesPublished", "Count", 1);
    put(sns, topic, at, "PublishSize", "Bytes", static_cast<double>(bytes));
  });
}

void count_with(Transaction& tx, const Sns& sns, const TopicName& topic, Counted what) {
  if (sns.metrics == nullptr) return;
  tx.on_commit([&sns, topic, what] { count(sns, topic, what); });
}

// In all, and by its reason.
void count_filtered(Transaction& tx, const Sns& sns, const TopicName& topic, std::string_view why) {
  if (sns.metrics == nullptr) return;
  tx.on_commit([&sns, topic, name = "NumberOfNotificationsFilteredOut-" + std::string(why)] {
    const Instant now = sns.clock.now();
    put(sns, topic, now, "NumberOfNotificationsFilteredOut", "Count", 1);
    put(sns, topic, now, name, "Count", 1);
  });
}

void count(const Sns& sns, const TopicName& topic, Counted what) {
  if (sns.metrics != nullptr) put(sns, topic, sns.clock.now(), kNames[static_cast<std::size_t>(what)], "Count", 1);
}

}  // namespace orrery::sns
