#include "services/sns/records.h"

#include "base/arn.h"
#include "services/record.h"
#include "services/sns/operations.h"
#include "store/key.h"

#include <algorithm>

namespace orrery::sns {
namespace {

json::object attributes_document(const Attributes& attributes) {
  json::object out;
  for (const auto& [name, value] : attributes) out[name] = value;
  return out;
}

Attributes read_attributes(const json::value& document) {
  Attributes out;
  const json::value* found = find(document, "attributes");
  if (found == nullptr || !found->is_object()) return out;
  for (const auto& [name, value] : found->get_object()) {
    if (value.is_string()) out[std::string(name)] = std::string(value.get_string());
  }
  return out;
}

std::string value_in(const Attributes& attributes, const std::string& key, std::string_view otherwise) {
  const auto found = attributes.find(key);
  return found == attributes.end() ? std::string(otherwise) : found->second;
}

std::string subscription_key(const TopicName& topic, std::string_view id) {
  return KeyWriter(KeyKind::Subscription).text(topic.account).text(topic.region).text(topic.name).text(id).take();
}
// No account is called "": indexes lie apart from the subscriptions themselves.
std::string endpoint_key(const TopicName& topic, std::string_view protocol, std::string_view endpoint) {
  return KeyWriter(KeyKind::Subscription)
      .text("")
      .text("endpoint")
      .text(topic.arn())
      .text(protocol)
      .text(endpoint)
      .take();
}
std::string owned_key(const SubscriptionRecord& subscription) {
  return KeyWriter(KeyKind::Subscription)
      .text("")
      .text("owner")
      .text(subscription.owner)
      .text(subscription.topic.region)
      .text(subscription.arn())
      .take();
}

}  // namespace

std::string TopicName::arn() const { return make_arn("sns", region, account, name); }

std::optional<TopicName> parse_topic_arn(std::string_view text) {
  const auto arn = Arn::parse(text);
  if (!arn || arn->service != "sns" || arn->account.empty() || arn->region.empty() || arn->resource.empty() ||
      arn->resource.find_first_of(":/") != std::string::npos) {
    return std::nullopt;
  }
  return TopicName{arn->account, arn->region, arn->resource};
}

std::string TopicRecord::attribute(const std::string& key, std::string_view otherwise) const {
  return value_in(attributes, key, otherwise);
}

std::string topics_prefix(std::string_view account, std::string_view region) {
  return KeyWriter(KeyKind::Topic).text(account).text(region).take();
}
std::string topic_key(const TopicName& name) {
  return KeyWriter(KeyKind::Topic).text(name.account).text(name.region).text(name.name).take();
}
TopicName topic_of_key(std::string_view key) {
  KeyReader parts(key);
  TopicName name;
  name.account = parts.text();
  name.region = parts.text();
  name.name = parts.text();
  return name;
}

Result<std::optional<TopicRecord>> find_topic(Reader& reader, const TopicName& name) {
  const auto document = TRY(get_record(reader, topic_key(name)));
  if (!document) return std::optional<TopicRecord>();
  TopicRecord topic;
  topic.name = name;
  topic.attributes = read_attributes(*document);
  topic.confirmed = find_int(*document, "confirmed").value_or(0);
  topic.pending = find_int(*document, "pending").value_or(0);
  topic.deleted = find_int(*document, "deleted").value_or(0);
  topic.filters = find_int(*document, "filters").value_or(0);
  return std::optional(std::move(topic));
}

Result<TopicName> topic_named(const Call& call, const std::string& arn) {
  const auto pieces = std::ranges::count(arn, ':') + 1;
  if (pieces < 6) {
    return fail(
        invalid_parameter("TopicArn Reason: An ARN must have at least 6 elements, not " + std::to_string(pieces)));
  }
  auto name = parse_topic_arn(arn);
  // "Invalid parameter: TopicArn": a topic is asked for in its own region.
  if (!name || (!call.region.empty() && name->region != call.region)) return fail(invalid_parameter("TopicArn"));
  return *std::move(name);
}

Result<TopicRecord> existing_topic(Reader& reader, const Call& call, const std::string& arn) {
  const TopicName name = TRY(topic_named(call, arn));
  auto topic = TRY(find_topic(reader, name));
  if (!topic) return fail(errors::NotFoundException("Topic does not exist"));
  return *std::move(topic);
}

Result<> put_topic(Transaction& tx, const TopicRecord& topic) {
  return put_record(tx, topic_key(topic.name),
                    json::object{{"attributes", attributes_document(topic.attributes)},
                                 {"confirmed", topic.confirmed},
                                 {"pending", topic.pending},
                                 {"deleted", topic.deleted},
                                 {"filters", topic.filters}});
}

std::string SubscriptionRecord::attribute(const std::string& key, std::string_view otherwise) const {
  return value_in(attributes, key, otherwise);
}

std::optional<SubscriptionName> parse_subscription_arn(std::string_view arn) {
  const auto colon = arn.rfind(':');
  if (colon == std::string_view::npos || colon + 1 == arn.size()) return std::nullopt;
  auto topic = parse_topic_arn(arn.substr(0, colon));
  if (!topic) return std::nullopt;
  return SubscriptionName{*std::move(topic), std::string(arn.substr(colon + 1))};
}

std::string subscriptions_prefix(const TopicName& topic) {
  return KeyWriter(KeyKind::Subscription).text(topic.account).text(topic.region).text(topic.name).take();
}
std::string owned_prefix(std::string_view owner, std::string_view region) {
  return KeyWriter(KeyKind::Subscription).text("").text("owner").text(owner).text(region).take();
}

json::object subscription_document(const SubscriptionRecord& subscription) {
  return {{"protocol", subscription.protocol},
          {"endpoint", subscription.endpoint},
          {"owner", subscription.owner},
          {"principal", subscription.principal},
          {"attributes", attributes_document(subscription.attributes)},
          {"pending", subscription.pending},
          {"authenticated", subscription.authenticated},
          {"authenticated_goodbye", subscription.authenticated_goodbye},
          {"token", subscription.token},
          {"url", subscription.url}};
}

SubscriptionRecord subscription_from(const SubscriptionName& name, const json::value& document) {
  SubscriptionRecord subscription;
  subscription.topic = name.topic;
  subscription.id = name.id;
  subscription.protocol = text_of(document, "protocol");
  subscription.endpoint = text_of(document, "endpoint");
  subscription.owner = text_of(document, "owner");
  subscription.principal = text_of(document, "principal");
  subscription.attributes = read_attributes(document);
  subscription.pending = find_bool(document, "pending").value_or(false);
  subscription.authenticated = find_bool(document, "authenticated").value_or(true);
  subscription.authenticated_goodbye = find_bool(document, "authenticated_goodbye").value_or(false);
  subscription.token = text_of(document, "token");
  subscription.url = text_of(document, "url");
  return subscription;
}

Result<SubscriptionRecord> read_subscription(std::string_view key, std::string_view value) {
  KeyReader parts(key);
  SubscriptionName name;
  name.topic.account = parts.text();
  name.topic.region = parts.text();
  name.topic.name = parts.text();
  name.id = parts.text();
  return subscription_from(name, TRY(decode_record(value)));
}

Result<std::optional<SubscriptionRecord>> find_subscription(Reader& reader, const SubscriptionName& name) {
  const auto document = TRY(get_record(reader, subscription_key(name.topic, name.id)));
  if (!document) return std::optional<SubscriptionRecord>();
  return std::optional(subscription_from(name, *document));
}

Result<std::optional<SubscriptionRecord>> find_by_endpoint(Reader& reader, const TopicName& topic,
                                                           const std::string& protocol, const std::string& endpoint) {
  auto id = TRY(reader.get(endpoint_key(topic, protocol, endpoint)));
  if (!id) return std::optional<SubscriptionRecord>();
  return find_subscription(reader, {topic, *std::move(id)});
}

Result<> put_subscription(Transaction& tx, const SubscriptionRecord& subscription) {
  TRY(tx.put(endpoint_key(subscription.topic, subscription.protocol, subscription.endpoint), subscription.id));
  TRY(tx.put(owned_key(subscription), ""));
  return put_record(tx, subscription_key(subscription.topic, subscription.id), subscription_document(subscription));
}

Result<> erase_subscription(Transaction& tx, const SubscriptionRecord& subscription) {
  TRY(tx.erase(endpoint_key(subscription.topic, subscription.protocol, subscription.endpoint)));
  TRY(tx.erase(owned_key(subscription)));
  return tx.erase(subscription_key(subscription.topic, subscription.id));
}

std::string token_key(std::string_view token) { return KeyWriter(KeyKind::SubscriptionToken).text(token).take(); }

std::string duplicates_prefix(const TopicName& topic) {
  return KeyWriter(KeyKind::TopicDuplicate).text(topic.account).text(topic.region).text(topic.name).take();
}
std::string duplicate_key(const TopicName& topic, std::string_view id) {
  return KeyWriter(KeyKind::TopicDuplicate).text(topic.account).text(topic.region).text(topic.name).text(id).take();
}

std::string queued_prefix(const TopicName& topic, std::string_view subscription) {
  return KeyWriter(KeyKind::TopicMessage)
      .text(topic.account)
      .text(topic.region)
      .text(topic.name)
      .text(subscription)
      .take();
}
std::string sequence_key(const TopicName& topic, std::string_view subscription) {
  return queued_key(topic, subscription, 0);
}
std::string queued_key(const TopicName& topic, std::string_view subscription, std::uint64_t sequence) {
  return queued_prefix(topic, subscription) + KeyWriter(KeyKind::TopicMessage).u64(sequence).take().substr(1);
}

}  // namespace orrery::sns
