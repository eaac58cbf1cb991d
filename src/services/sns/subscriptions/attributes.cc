// The attributes of a subscription (docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html).
#include "base/arn.h"
#include "services/sns/delivery/delivery_policy.h"
#include "services/sns/subscriptions/subscriptions.h"

#include <algorithm>

namespace orrery::sns {
namespace {

constexpr std::int64_t kMostFilters = 200;  // a topic

FilterScope scope_of(const SubscriptionRecord& subscription) {
  return subscription.attribute("FilterPolicyScope") == "MessageBody" ? FilterScope::OfBody : FilterScope::OfAttributes;
}

Result<> check_redrive(const SubscriptionRecord& subscription, const std::string& value, const std::string& place) {
  const auto document = parse_json(value);
  if (!document || !document->is_object()) {
    return fail(invalid_parameter(place + "RedrivePolicy: failed to parse JSON."));
  }
  const auto arn = Arn::parse(text_of(*document, "deadLetterTargetArn"));
  if (!arn || arn->service != "sqs" || arn->resource.empty()) {
    return fail(invalid_parameter(place + "RedrivePolicy: deadLetterTargetArn is an invalid arn"));
  }
  if (arn->region != subscription.topic.region) {
    return fail(invalid_parameter(place + "RedrivePolicy: deadLetterTargetArn must be in the topic's region"));
  }
  const bool fifo = arn->resource.ends_with(".fifo");
  if (subscription.topic.fifo() && subscription.endpoint.ends_with(".fifo") && !fifo) {
    return fail(invalid_parameter(
        place + "RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic."));
  }
  if (!subscription.topic.fifo() && fifo) {
    return fail(invalid_parameter(place + "RedrivePolicy: must use a standard queue as DLQ for a standard topic"));
  }
  return {};
}

Result<> check_raw(const SubscriptionRecord& subscription, const std::string& value, const std::string& place) {
  if (value != "true" && value != "false") {
    return fail(invalid_parameter(place + "RawMessageDelivery: Invalid value [" + value + "]. Must be true or false."));
  }
  if (value == "true" && subscription.protocol == "lambda") {
    return fail(invalid_parameter(place + "Delivery protocol [lambda] does not support raw message delivery."));
  }
  return {};
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

}  // namespace

Result<> set_attribute(SubscriptionRecord& subscription, const std::string& name, const std::string& given,
                       std::string_view where) {
  const std::string place(where);
  const std::string value = name == "RawMessageDelivery" ? lower(given) : given;
  const bool known = name == "FilterPolicy" || name == "FilterPolicyScope" || name == "RawMessageDelivery" ||
                     name == "RedrivePolicy" || name == "DeliveryPolicy" || name == "SubscriptionRoleArn";
  if (name == "ReplayPolicy" || name == "ReplayStatus") {
    return fail(not_here("Orrery does not archive the messages of FIFO topics: leave " + name + " out."));
  }
  if (!known) return fail(invalid_parameter(place + "AttributeName"));
  const bool takes_out = value.empty() || (name == "FilterPolicy" && value == "{}");
  if (takes_out && name != "RawMessageDelivery" && name != "FilterPolicyScope") {
    subscription.attributes.erase(name);
    return {};
  }
  if (name == "RawMessageDelivery") TRY(check_raw(subscription, value, place));
  if (name == "RedrivePolicy") TRY(check_redrive(subscription, value, place));
  if (name == "FilterPolicyScope" && value != "MessageAttributes" && value != "MessageBody") {
    return fail(invalid_parameter(place + "FilterPolicyScope: Invalid value [" + value +
                                  "]. Please use either MessageBody or MessageAttributes"));
  }
  if (name == "DeliveryPolicy") {
    if (!subscription.http()) {
      return fail(invalid_parameter(place + "Delivery protocol [" + subscription.protocol +
                                    "] does not support delivery policies."));
    }
    TRY(check_delivery_policy(value, PolicyOf::Subscription));
  }
  if (name == "SubscriptionRoleArn") {
    const auto role = Arn::parse(value);
    if (subscription.protocol != "firehose" || !role || role->service != "iam") {
      return fail(invalid_parameter(place + "SubscriptionRoleArn"));
    }
  }
  subscription.attributes[name] = value;
  return {};
}

Result<> check_filter(const SubscriptionRecord& subscription, std::string_view place) {
  TRY(parse_filter(subscription.attribute("FilterPolicy"), scope_of(subscription), place));
  return {};
}

Result<> count_filter(TopicRecord& topic, const SubscriptionRecord& before, const SubscriptionRecord& after) {
  topic.filters += static_cast<std::int64_t>(after.attributes.count("FilterPolicy")) -
                   static_cast<std::int64_t>(before.attributes.count("FilterPolicy"));
  const bool more = after.attributes.count("FilterPolicy") > before.attributes.count("FilterPolicy");
  if (!more || topic.filters <= kMostFilters) return {};
  return fail(errors::FilterPolicyLimitExceededException("The filter policy limit of the topic is reached."));
}

Result<SubscriptionName> subscription_named(const std::string& arn) {
  const auto pieces = std::ranges::count(arn, ':') + 1;
  if (pieces < 6) {
    return fail(invalid_parameter("SubscriptionArn Reason: An ARN must have at least 6 elements, not " +
                                  std::to_string(pieces)));
  }
  auto name = parse_subscription_arn(arn);
  if (!name) return fail(invalid_parameter("SubscriptionId"));
  return *std::move(name);
}

Result<SubscriptionRecord> existing_subscription(Reader& reader, const std::string& arn) {
  const auto name = parse_subscription_arn(arn);
  if (!name && std::ranges::count(arn, ':') < 5) return fail(subscription_named(arn).error());
  auto subscription = name ? TRY(find_subscription(reader, *name)) : std::nullopt;
  if (!subscription) return fail(errors::NotFoundException("Subscription does not exist"));
  return *std::move(subscription);
}

Result<GetSubscriptionAttributesResponse> get_subscription_attributes(Call&, Reader& reader,
                                                                      const GetSubscriptionAttributesInput& input) {
  const SubscriptionRecord subscription = TRY(existing_subscription(reader, input.SubscriptionArn));
  GetSubscriptionAttributesResponse output;
  Attributes& out = output.Attributes.emplace(subscription.attributes);
  const auto flag = [](bool value) { return std::string(value ? "true" : "false"); };
  out["SubscriptionArn"] = subscription.arn();
  out["TopicArn"] = subscription.topic.arn();
  out["Protocol"] = subscription.protocol;
  out["Endpoint"] = subscription.endpoint;
  out["Owner"] = subscription.owner;
  out["SubscriptionPrincipal"] = subscription.principal;
  out["PendingConfirmation"] = flag(subscription.pending);
  out["ConfirmationWasAuthenticated"] = flag(subscription.authenticated);
  out["RawMessageDelivery"] = flag(subscription.raw());
  if (out.contains("FilterPolicy"))
    out["FilterPolicyScope"] = subscription.attribute("FilterPolicyScope", "MessageAttributes");
  if (!out.contains("FilterPolicy")) out.erase("FilterPolicyScope");
  if (subscription.http()) {
    const auto topic = TRY(find_topic(reader, subscription.topic));
    if (topic) out["EffectiveDeliveryPolicy"] = effective_subscription_policy(*topic, subscription);
  }
  return output;
}

Result<wire::Empty> set_subscription_attributes(Sns&, Call&, Transaction& tx,
                                                const SetSubscriptionAttributesInput& input) {
  const SubscriptionRecord before = TRY(existing_subscription(tx, input.SubscriptionArn));
  SubscriptionRecord after = before;
  TRY(set_attribute(after, input.AttributeName, input.AttributeValue.value_or(""), ""));
  if (input.AttributeName.starts_with("FilterPolicy")) TRY(check_filter(after, ""));
  if (auto topic = TRY(find_topic(tx, after.topic))) {
    TRY(count_filter(*topic, before, after));
    TRY(put_topic(tx, *topic));
  }
  TRY(put_subscription(tx, after));
  return wire::Empty{};
}

}  // namespace orrery::sns
