#include "services/paging.h"
#include "services/sns/operations.h"
#include "store/key.h"

namespace orrery::sns {
namespace {

Subscription shown(const SubscriptionRecord& subscription) {
  Subscription out;
  out.SubscriptionArn = subscription.pending ? "PendingConfirmation" : subscription.arn();
  out.Owner = subscription.owner;
  out.Protocol = subscription.protocol;
  out.Endpoint = subscription.endpoint;
  out.TopicArn = subscription.topic.arn();
  return out;
}

}  // namespace

Error invalid_parameter(std::string_view what) {
  return errors::InvalidParameterException("Invalid parameter: " + std::string(what));
}

Error not_here(std::string message) { return api_error("NotImplemented", std::move(message), 501); }

Result<KeyRange> page_range(const std::string& prefix, const std::optional<std::string>& token) {
  KeyRange range = prefix_range(prefix);
  if (!token || token->empty()) return range;
  auto position = page_position(*token);
  if (!position || !position->starts_with(prefix)) return fail(invalid_parameter("NextToken"));
  range.begin = *std::move(position);
  return range;
}

Result<ListSubscriptionsResponse> list_subscriptions(Call& call, Reader& reader, const ListSubscriptionsInput& input) {
  ListSubscriptionsResponse output;
  output.Subscriptions.emplace();
  const auto cursor = reader.scan(TRY(page_range(owned_prefix(call.account, call.region), input.NextToken)));
  while (cursor->next()) {
    if (output.Subscriptions->size() == kPage) {
      output.NextToken = page_token(cursor->key());
      break;
    }
    KeyReader key(cursor->key());
    for (int i = 0; i < 4; ++i) key.text();
    const auto name = parse_subscription_arn(key.text());
    const auto subscription = name ? TRY(find_subscription(reader, *name)) : std::nullopt;
    if (subscription) output.Subscriptions->push_back(shown(*subscription));
  }
  TRY(cursor->status());
  return output;
}

Result<ListSubscriptionsByTopicResponse> list_subscriptions_by_topic(Call& call, Reader& reader,
                                                                     const ListSubscriptionsByTopicInput& input) {
  const TopicRecord topic = TRY(existing_topic(reader, call, input.TopicArn));
  ListSubscriptionsByTopicResponse output;
  output.Subscriptions.emplace();
  const auto cursor = reader.scan(TRY(page_range(subscriptions_prefix(topic.name), input.NextToken)));
  while (cursor->next()) {
    if (output.Subscriptions->size() == kPage) {
      output.NextToken = page_token(cursor->key());
      break;
    }
    output.Subscriptions->push_back(shown(TRY(read_subscription(cursor->key(), cursor->value()))));
  }
  TRY(cursor->status());
  return output;
}

}  // namespace orrery::sns
