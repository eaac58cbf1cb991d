// What SNS publishes to CloudWatch, of each topic
// (docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html).
#pragma once

#include "services/sns/records.h"
#include "services/sns/sns.h"

namespace orrery::sns {

enum class Counted : std::uint8_t {
  Delivered,
  Failed,
  Redriven,
  NotRedriven,
};
// Once the transaction has committed.
void count_published(Transaction& tx, const Sns& sns, const TopicName& topic, Instant at, std::int64_t bytes);
void count_with(Transaction& tx, const Sns& sns, const TopicName& topic, Counted what);
void count_filtered(Transaction& tx, const Sns& sns, const TopicName& topic, std::string_view why);
void count(const Sns& sns, const TopicName& topic, Counted what);

}  // namespace orrery::sns
