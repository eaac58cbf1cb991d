// When a delivery that failed is tried again (docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html).
#pragma once

#include "base/json.h"
#include "base/time.h"
#include "services/sns/records.h"

#include <optional>
#include <string>
#include <string_view>

namespace orrery::sns {

enum class Backoff : std::uint8_t { Linear, Arithmetic, Geometric, Exponential };

// Four phases: at once, after the least pause, by the back-off function, after the greatest pause.
struct RetryPlan {
  std::int64_t min_s = 20, max_s = 20;
  std::int64_t retries = 3;  // of all phases
  std::int64_t at_once = 0, after_min = 0, after_max = 0;
  Backoff backoff = Backoff::Linear;

  // The pause before the retry of that number, 1 the first; nullopt: there are no more.
  std::optional<Millis> pause(std::int64_t retry) const;
};

// Of queues, functions and delivery streams: 100,015 times over 23 days.
const RetryPlan& plan_of_managed();

// Of HTTP endpoints.
struct DeliveryPolicy {
  RetryPlan plan;
  std::int64_t per_second = 0;  // maxReceivesPerSecond; 0: no limit
  std::string content_type = "text/plain; charset=UTF-8";
};

enum class PolicyOf : std::uint8_t { Topic, Subscription };
// Error: InvalidParameter.
Result<> check_delivery_policy(const std::string& text, PolicyOf owner);

DeliveryPolicy delivery_policy_of(const TopicRecord& topic, const SubscriptionRecord& subscription);
// JSON texts, as the attributes EffectiveDeliveryPolicy of topics and of subscriptions to HTTP endpoints have them.
std::string effective_topic_policy(const TopicRecord& topic);
std::string effective_subscription_policy(const TopicRecord& topic, const SubscriptionRecord& subscription);

}  // namespace orrery::sns
