// Subscription filters: events of a group go to a function or a stream as they come in
// (docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html).
#pragma once

#include "services/logs/logs.h"
#include "services/logs/records.h"
#include "shapes/logs.h"

#include <string>
#include <string_view>
#include <vector>

namespace orrery::logs {

inline constexpr std::string_view kDeliverMessage = "logs.deliver";

Result<wire::Empty> put_subscription_filter(Logs& logs, Call& call, Transaction& tx,
                                            const PutSubscriptionFilterRequest& input);
Result<DescribeSubscriptionFiltersResponse> describe_subscription_filters(
    Call& call, Reader& reader, const DescribeSubscriptionFiltersRequest& input);
Result<wire::Empty> delete_subscription_filter(Call& call, Transaction& tx,
                                               const DeleteSubscriptionFilterRequest& input);

std::string subscriptions_prefix(std::uint64_t group);

// An event that has just been stored.
struct Arrived {
  Position position;
  std::string_view message;
};
// What of a batch matches a filter of the group is posted for it, in the transaction that stores it.
Result<> post_to_subscribers(Logs& logs, Transaction& tx, const GroupRecord& group, const StreamRecord& stream,
                             const std::vector<Arrived>& events, Instant now);

// The handler: gives one batch to its subscriber.
Result<Delivered> deliver_events(Logs& logs, Transaction& tx, const Message& message);

// "3…", 56 digits: unique and in the order of the events.
std::string event_id(const GroupRecord& group, std::uint64_t stream, Position position);

// The document that a subscriber gets, gzipped and in base64.
std::string zipped_document(const json::object& document);

}  // namespace orrery::logs
