#include "services/sns/delivery/delivery_policy.h"

#include <gtest/gtest.h>

namespace orrery::sns {
namespace {

// In seconds, until there are no more; at most 30.
std::vector<double> pauses(const RetryPlan& plan) {
  std::vector<double> out;
  for (std::int64_t retry = 1; retry <= 30; ++retry) {
    const auto pause = plan.pause(retry);
    if (!pause) break;
    out.push_back(static_cast<double>(pause->count()) / 1000);
  }
  return out;
}

TEST(RetryPlan, FourPhases) {
  EXPECT_EQ(pauses({}), (std::vector<double>{20, 20, 20}));
  const RetryPlan plan{1, 10, 8, 2, 1, 2, Backoff::Linear};
  EXPECT_EQ(pauses(plan), (std::vector<double>{0, 0, 1, 1, 5.5, 10, 10, 10}));
}

TEST(RetryPlan, EachFunctionGoesFromTheLeastToTheGreatest) {
  for (const Backoff backoff : {Backoff::Linear, Backoff::Arithmetic, Backoff::Geometric, Backoff::Exponential}) {
    const auto all = pauses({2, 50, 6, 0, 0, 0, backoff});
    ASSERT_EQ(all.size(), 6U);
    EXPECT_NEAR(all.front(), 2, 0.01);
    EXPECT_NEAR(all.back(), 50, 0.01);
    EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
  }
}

TEST(RetryPlan, QueuesAndFunctionsAreTriedFor23Days) {
  double total = 0;
  std::int64_t retries = 0;
  while (const auto pause = plan_of_managed().pause(retries + 1)) {
    total += static_cast<double>(pause->count()) / 1000;
    ++retries;
  }
  EXPECT_EQ(retries, 100'015);
  EXPECT_NEAR(total / 86'400, 23, 0.3);
}

TEST(DeliveryPolicy, TheSubscriptionsWinsUnlessTheTopicForbidsIt) {
  TopicRecord topic;
  SubscriptionRecord subscription;
  subscription.attributes["DeliveryPolicy"] =
      R"({"healthyRetryPolicy":{"numRetries":9},"throttlePolicy":{"maxReceivesPerSecond":4}})";
  topic.attributes["DeliveryPolicy"] =
      R"({"http":{"defaultHealthyRetryPolicy":{"numRetries":5,"minDelayTarget":1,"maxDelayTarget":2}}})";
  DeliveryPolicy policy = delivery_policy_of(topic, subscription);
  EXPECT_EQ(policy.plan.retries, 9);
  EXPECT_EQ(policy.plan.min_s, 1);
  EXPECT_EQ(policy.per_second, 4);
  topic.attributes["DeliveryPolicy"] =
      R"({"http":{"defaultHealthyRetryPolicy":{"numRetries":5},"disableSubscriptionOverrides":true,
          "defaultRequestPolicy":{"headerContentType":"application/json"}}})";
  policy = delivery_policy_of(topic, subscription);
  EXPECT_EQ(policy.plan.retries, 5);
  EXPECT_EQ(policy.per_second, 0);
  EXPECT_EQ(policy.content_type, "application/json");
}

}  // namespace
}  // namespace orrery::sns
