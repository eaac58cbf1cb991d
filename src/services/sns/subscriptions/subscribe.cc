// Subscribe: which endpoints there are, and which have to confirm.
#include "base/arn.h"
#include "http/client/url.h"
#include "services/sns/delivery/handing_over.h"
#include "services/sns/subscriptions/subscriptions.h"

#include <algorithm>

namespace orrery::sns {
namespace {

constexpr std::string_view kPending = "pending confirmation";
constexpr std::int64_t kMostFifoSubscriptions = 100;
constexpr std::string_view kUndelivered[] = {"email", "email-json", "sms", "application"};

Result<> check_http(const std::string& protocol, const std::string& endpoint) {
  if (!endpoint.starts_with(protocol + "://")) {
    return fail(invalid_parameter("Endpoint must match the specified protocol"));
  }
  const auto at = endpoint.find('@');
  const std::string bare = at == std::string::npos ? endpoint : protocol + "://" + endpoint.substr(at + 1);
  return http::parse_url(bare) ? Result<>() : fail(invalid_parameter("Unable to parse URL"));
}

Result<> check_arn(const std::string& endpoint, std::string_view service, std::string_view head,
                   std::string_view shown) {
  const auto arn = Arn::parse(endpoint);
  if (arn && arn->service == service && arn->resource.starts_with(head) && arn->resource.size() > head.size()) {
    return {};
  }
  return fail(invalid_parameter(std::string(shown) + " endpoint ARN"));
}

// The dispatcher says of a service that is not there that it is not, whatever the input.
Result<> check_present(Sns& sns, Transaction& tx, const std::string& service, const char* operation) {
  Caller caller;
  caller.principal.kind = auth::Principal::Kind::Service;
  caller.principal.arn = "sns.amazonaws.com";
  const auto tried = sns.dispatcher.dispatch(tx, caller, service, operation, json::object{});
  if (tried || tried.error().code != "NotImplemented") return {};
  return fail(not_here("Orrery has no service " + service + ": nothing would be delivered to the endpoint."));
}

Result<> check_endpoint(Sns& sns, Transaction& tx, const std::string& protocol, const std::string& endpoint) {
  if (std::ranges::find(kUndelivered, protocol) != std::end(kUndelivered)) {
    return fail(not_here("Orrery does not deliver to the protocol " + protocol +
                         ": use http, https, lambda, sqs or firehose."));
  }
  if (protocol == "http" || protocol == "https") return check_http(protocol, endpoint);
  if (protocol == "lambda") return check_arn(endpoint, "lambda", "function:", "Lambda");
  if (protocol == "sqs") {
    TRY(check_arn(endpoint, "sqs", "", "SQS"));
    return check_present(sns, tx, "sqs", "SendMessage");
  }
  if (protocol == "firehose") {
    TRY(check_arn(endpoint, "firehose", "deliverystream/", "Firehose"));
    return check_present(sns, tx, "firehose", "PutRecord");
  }
  return fail(invalid_parameter("Amazon SNS does not support this protocol string: " + protocol));
}

// FIFO topics deliver to queues alone, FIFO queues take from FIFO topics alone.
Result<> check_order(const TopicRecord& topic, const std::string& protocol, const std::string& endpoint) {
  if (topic.name.fifo()) {
    if (protocol != "sqs") return fail(invalid_parameter("Invalid protocol type: " + protocol));
    if (topic.confirmed + topic.pending >= kMostFifoSubscriptions) {
      return fail(errors::SubscriptionLimitExceededException("The subscription limit of this FIFO topic is reached."));
    }
    return {};
  }
  if (protocol != "sqs" || !endpoint.ends_with(".fifo")) return {};
  return fail(invalid_parameter(
      "Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics"));
}

// Endpoints of HTTP confirm, and those of another account than the one that subscribes them.
bool has_to_confirm(const Call& call, const SubscriptionRecord& subscription) {
  if (subscription.http()) return true;
  const auto arn = Arn::parse(subscription.endpoint);
  return arn && arn->account != call.account;
}

SubscribeResponse answer_for(const SubscriptionRecord& subscription, const SubscribeInput& input) {
  SubscribeResponse output;
  const bool hidden = subscription.pending && !input.ReturnSubscriptionArn.value_or(false);
  output.SubscriptionArn = hidden ? std::string(kPending) : subscription.arn();
  return output;
}

// Subscribing again is no error when nothing differs; who has not confirmed is asked once more.
Result<SubscribeResponse> already(Sns& sns, Call& call, Transaction& tx, const SubscriptionRecord& there,
                                  const SubscriptionRecord& wanted, const SubscribeInput& input) {
  for (const auto& [name, value] : wanted.attributes) {
    const char* otherwise = name == "RawMessageDelivery"  ? "false"
                            : name == "FilterPolicyScope" ? "MessageAttributes"
                                                          : "";
    if (there.attribute(name, otherwise) != value) {
      return fail(invalid_parameter("Attributes Reason: Subscription already exists with different attributes"));
    }
  }
  if (there.pending) TRY(invite(sns, call, tx, there, TokenOf::Subscription));
  return answer_for(there, input);
}

Result<SubscriptionRecord> asked_for(Sns& sns, Call& call, Transaction& tx, const TopicRecord& topic,
                                     const SubscribeInput& input) {
  constexpr std::string_view kPlace = "Attributes Reason: ";
  if (!input.Endpoint || input.Endpoint->empty()) return fail(invalid_parameter("Endpoint"));
  TRY(check_endpoint(sns, tx, input.Protocol, *input.Endpoint));
  TRY(check_order(topic, input.Protocol, *input.Endpoint));
  SubscriptionRecord subscription;
  subscription.topic = topic.name;
  subscription.protocol = input.Protocol;
  subscription.endpoint = *input.Endpoint;
  subscription.owner = call.account;
  subscription.principal = call.principal->role_arn.empty() ? call.principal->arn : call.principal->role_arn;
  subscription.url = call.endpoint;
  if (input.Attributes) {
    for (const auto& [name, value] : *input.Attributes) TRY(set_attribute(subscription, name, value, kPlace));
    TRY(check_filter(subscription, kPlace));
  }
  if (subscription.protocol == "firehose" && subscription.attribute("SubscriptionRoleArn").empty()) {
    return fail(invalid_parameter("Attributes Reason: SubscriptionRoleArn is required for the protocol firehose"));
  }
  subscription.pending = has_to_confirm(call, subscription);
  subscription.authenticated = !subscription.pending;
  return subscription;
}

}  // namespace

Result<SubscribeResponse> subscribe(Sns& sns, Call& call, Transaction& tx, const SubscribeInput& input) {
  TopicRecord topic = TRY(existing_topic(tx, call, input.TopicArn));
  SubscriptionRecord subscription = TRY(asked_for(sns, call, tx, topic, input));
  if (const auto there = TRY(find_by_endpoint(tx, topic.name, subscription.protocol, subscription.endpoint))) {
    return already(sns, call, tx, *there, subscription, input);
  }
  subscription.id = call.random->uuid();
  TRY(count_filter(topic, SubscriptionRecord(), subscription));
  (subscription.pending ? topic.pending : topic.confirmed) += 1;
  TRY(put_topic(tx, topic));
  TRY(subscription.pending ? invite(sns, call, tx, subscription, TokenOf::Subscription)
                           : put_subscription(tx, subscription));
  return answer_for(subscription, input);
}

}  // namespace orrery::sns
