#include "services/sns/sns.h"

#include "base/arn.h"
#include "base/encode.h"
#include "services/sns/delivery/fanout.h"
#include "services/sns/delivery/handing_over.h"
#include "services/sns/delivery/http.h"
#include "services/sns/operations.h"
#include "services/sns/subscriptions/subscriptions.h"
#include "services/sns/topics/attributes.h"

#include <utility>

namespace orrery::sns {
namespace {

// The resources and condition keys are those of
// docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html.
constexpr auto topic_of = [](const Call&, const auto& input) { return input.TopicArn; };
constexpr auto tagged = [](const Call&, const auto& input) { return input.ResourceArn; };
constexpr auto all_topics = [](const Call& call, const auto&) {
  return make_arn("sns", call.region, call.account, "*");
};
constexpr auto topic_to_make = [](const Call& call, const CreateTopicInput& input) {
  const std::string topic = make_arn("sns", call.region, call.account, input.Name);
  std::vector<Access> accesses{{std::string(), topic, {}}};
  if (input.Tags && !input.Tags->empty()) accesses.push_back({"sns:TagResource", topic, {}});
  return accesses;
};
constexpr auto published_to = [](const Call&, const PublishInput& input) {
  return input.TopicArn ? *input.TopicArn : input.TargetArn.value_or("*");
};
Access passes(const std::string& role) {
  return {"iam:PassRole", role, {{"iam:PassedToService", "sns.amazonaws.com"}}};
}
constexpr auto topic_to_subscribe = [](const Call&, const SubscribeInput& input) {
  Access access{std::string(), input.TopicArn, {}};
  access.context.emplace_back("sns:Protocol", input.Protocol);
  if (input.Endpoint) access.context.emplace_back("sns:Endpoint", *input.Endpoint);
  std::vector<Access> accesses{std::move(access)};
  const auto role = input.Attributes ? input.Attributes->find("SubscriptionRoleArn") : Attributes::const_iterator();
  if (input.Attributes && role != input.Attributes->end()) {
    accesses.push_back(passes(role->second));
  }
  return accesses;
};

bool anonymous(const Call& call) { return call.principal->kind == auth::Principal::Kind::Anonymous; }

// Who has the token may confirm, signed or not.
constexpr auto confirmed_topic = [](const Call& call, const ConfirmSubscriptionInput& input) {
  std::vector<Access> accesses;
  if (!anonymous(call)) accesses.push_back({std::string(), input.TopicArn, {}});
  return accesses;
};
// A subscription belongs to who has made it as well as to its topic's owner.
Result<std::vector<Access>> access_to(const Call& call, Reader& reader, const std::string& arn) {
  const auto name = parse_subscription_arn(arn);
  if (!name) return std::vector<Access>{{std::string(), "*", {}}};
  const auto subscription = TRY(find_subscription(reader, *name));
  const bool own = subscription && subscription->owner == call.account && name->topic.account != call.account;
  return std::vector<Access>{{std::string(), own ? "*" : name->topic.arn(), {}}};
}
constexpr auto subscription_of = [](const Call& call, Reader& reader, const auto& input) {
  return access_to(call, reader, input.SubscriptionArn);
};
// Who gives a subscription another role has to be allowed to pass that one as well.
constexpr auto subscription_to_change = [](const Call& call, Reader& reader,
                                           const SetSubscriptionAttributesInput& input) -> Result<std::vector<Access>> {
  std::vector<Access> accesses = TRY(access_to(call, reader, input.SubscriptionArn));
  const std::string role = input.AttributeValue.value_or("");
  if (input.AttributeName == "SubscriptionRoleArn" && !role.empty()) accesses.push_back(passes(role));
  return accesses;
};
constexpr auto subscription_to_end = [](const Call& call, Reader& reader,
                                        const UnsubscribeInput& input) -> Result<std::vector<Access>> {
  if (anonymous(call)) return std::vector<Access>();
  return access_to(call, reader, input.SubscriptionArn);
};

constexpr Operation kOperations[] = {
    transacting<add_permission, topic_of>("AddPermission", "sns:AddPermission"),
    unsigned_too(transacting<confirm_subscription, confirmed_topic>("ConfirmSubscription", "sns:ConfirmSubscription")),
    transacting<create_topic, topic_to_make>("CreateTopic", "sns:CreateTopic"),
    transacting<delete_topic, topic_of>("DeleteTopic", "sns:DeleteTopic"),
    reading<get_subscription_attributes, subscription_of>("GetSubscriptionAttributes", "sns:GetSubscriptionAttributes"),
    reading<get_topic_attributes, topic_of>("GetTopicAttributes", "sns:GetTopicAttributes"),
    reading<list_subscriptions, all_topics>("ListSubscriptions", "sns:ListSubscriptions"),
    reading<list_subscriptions_by_topic, topic_of>("ListSubscriptionsByTopic", "sns:ListSubscriptionsByTopic"),
    reading<list_tags_for_resource, tagged>("ListTagsForResource", "sns:ListTagsForResource"),
    reading<list_topics, all_topics>("ListTopics", "sns:ListTopics"),
    transacting<publish, published_to>("Publish", "sns:Publish"),
    transacting<publish_batch, topic_of>("PublishBatch", "sns:Publish"),
    transacting<remove_permission, topic_of>("RemovePermission", "sns:RemovePermission"),
    transacting<set_subscription_attributes, subscription_to_change>("SetSubscriptionAttributes",
                                                                     "sns:SetSubscriptionAttributes"),
    transacting<set_topic_attributes, topic_of>("SetTopicAttributes", "sns:SetTopicAttributes"),
    transacting<subscribe, topic_to_subscribe>("Subscribe", "sns:Subscribe"),
    transacting<tag_resource, tagged>("TagResource", "sns:TagResource"),
    unsigned_too(transacting<unsubscribe, subscription_to_end>("Unsubscribe", "sns:Unsubscribe")),
    transacting<untag_resource, tagged>("UntagResource", "sns:UntagResource"),
};

Result<std::optional<std::string>> policy_of_resource(void*, Reader& reader, std::string_view arn) {
  const auto name = parse_topic_arn(arn);
  const auto topic = name ? TRY(find_topic(reader, *name)) : std::nullopt;
  return topic ? std::optional(policy_of(*topic)) : std::optional<std::string>();
}

// AWS:SourceOwner: the account in whose name a service acts. EventBridge does not say it: a topic has to name it in its
// policy (docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions).
Result<std::optional<auth::Context::Values>> condition_value(void*, Reader&, const Call& call, const Access&,
                                                             std::string_view key) {
  using Values = auth::Context::Values;
  if (key != "aws:sourceowner" || call.principal->kind != auth::Principal::Kind::Service ||
      call.principal->arn == "events.amazonaws.com") {
    return std::optional<Values>();
  }
  const auto source = Arn::parse(call.source_arn);
  return std::optional(Values{source && !source->account.empty() ? source->account : call.account});
}

}  // namespace

Service sns_service(Sns& sns) {
  Service service;
  service.model = &model();
  service.operations = kOperations;
  service.self = &sns;
  service.condition_value = &condition_value;
  service.resource_policy = &policy_of_resource;
  return service;
}

void register_background(Sns& sns) {
  Background& background = sns.background;
  background.on_message(std::string(kPublish),
                        [&sns](Transaction& tx, const Message& message) { return fan_out(sns, tx, message); });
  background.on_message(std::string(kFifo),
                        [&sns](Transaction& tx, const Message& message) { return pump(sns, tx, message); });
  background.on_message(std::string(kDeliver),
                        [&sns](Transaction& tx, const Message& message) { return deliver(sns, tx, message); });
  background.on_messages(
      std::string(kHttp), [](std::string_view) { return kAtOncePerEndpoint; },
      [&sns](const Message& message, std::function<void(Delivered)> done) {
        deliver_outside(sns, message, std::move(done));
      });
  background.on_timer(std::string(kTokenTimer),
                      [](Transaction& tx, const Timer& timer) { return forget_token(tx, timer.id); });
  background.on_timer(std::string(kDuplicateTimer),
                      [](Transaction& tx, const Timer& timer) { return tx.erase(unhex(timer.id).value_or("")); });
}

bool owns_certificate_path(std::string_view path) {
  return path.starts_with("/SimpleNotificationService-") && path.ends_with(".pem");
}

http::Response serve_certificate(Sns& sns, const http::Request& request) {
  const auto certificate = sns.signatures.certificate(request.path);
  if (!certificate) return http::Response::text(404, "There is no such certificate.\n", "text/plain");
  return http::Response::text(200, *certificate, "application/x-pem-file");
}

}  // namespace orrery::sns
