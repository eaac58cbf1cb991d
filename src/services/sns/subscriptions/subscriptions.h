// What several of the subscriptions' operations share.
#pragma once

#include "services/sns/delivery/parcel.h"
#include "services/sns/operations.h"

namespace orrery::sns {

// Checks one attribute and takes it into the subscription; `place` is "Attributes Reason: " for Subscribe. An empty
// value takes it out.
Result<> set_attribute(SubscriptionRecord& subscription, const std::string& name, const std::string& value,
                       std::string_view place);
// FilterPolicy and FilterPolicyScope, which are looked at together once all are set.
Result<> check_filter(const SubscriptionRecord& subscription, std::string_view place);
// Counts a filter policy more or less. Error: FilterPolicyLimitExceeded.
Result<> count_filter(TopicRecord& topic, const SubscriptionRecord& before, const SubscriptionRecord& after);

// Errors: InvalidParameter, NotFound.
Result<SubscriptionName> subscription_named(const std::string& arn);
Result<SubscriptionRecord> existing_subscription(Reader& reader, const std::string& arn);

// "Confirmation tokens are valid for two days."
inline constexpr Millis kTokenLife = std::chrono::hours(48);
enum class TokenOf : std::uint8_t {
  Subscription,  // waits for its confirmation
  Goodbye,       // is gone, and comes back with it
};
// Makes a token and sends it to the endpoint. Of a Subscription it puts the record, which knows its newest token.
Result<> invite(Sns& sns, Call& call, Transaction& tx, const SubscriptionRecord& subscription, TokenOf use);
// The handler of the timer "sns.token".
Result<> forget_token(Transaction& tx, const std::string& token);

}  // namespace orrery::sns
