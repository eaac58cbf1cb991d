// What is stored of topics and subscriptions, and where.
#pragma once

#include "base/json.h"
#include "base/time.h"
#include "services/call.h"
#include "shapes/sns.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace orrery::sns {

using Attributes = std::map<std::string, std::string>;

struct TopicName {
  std::string account, region, name;

  std::string arn() const;
  bool fifo() const { return name.ends_with(".fifo"); }
  bool operator==(const TopicName&) const = default;
};
// nullopt: not the ARN of a topic.
std::optional<TopicName> parse_topic_arn(std::string_view arn);

struct TopicRecord {
  TopicName name;         // of the key
  Attributes attributes;  // as they were set
  std::int64_t confirmed = 0, pending = 0, deleted = 0;
  std::int64_t filters = 0;  // subscriptions that have a filter policy

  std::string attribute(const std::string& key, std::string_view otherwise = "") const;
  bool is(const std::string& key) const { return attribute(key) == "true"; }
};

std::string topics_prefix(std::string_view account, std::string_view region);
std::string topic_key(const TopicName& name);
TopicName topic_of_key(std::string_view key);
Result<std::optional<TopicRecord>> find_topic(Reader& reader, const TopicName& name);
// Errors: InvalidParameter (not an ARN, another region's), NotFound.
Result<TopicName> topic_named(const Call& call, const std::string& arn);
Result<TopicRecord> existing_topic(Reader& reader, const Call& call, const std::string& arn);
Result<> put_topic(Transaction& tx, const TopicRecord& topic);

struct SubscriptionRecord {
  TopicName topic;  // of the key, as `id`
  std::string id;
  std::string protocol, endpoint;
  std::string owner;      // account
  std::string principal;  // who has subscribed
  Attributes attributes;  // as they were set
  bool pending = false;
  bool authenticated = true;           // the confirmation was
  bool authenticated_goodbye = false;  // AuthenticateOnUnsubscribe
  std::string token;                   // the newest that was sent to a pending one
  std::string url;                     // how who subscribed reaches this server; empty: a service did

  std::string arn() const { return topic.arn() + ":" + id; }
  std::string attribute(const std::string& key, std::string_view otherwise = "") const;
  bool raw() const { return attribute("RawMessageDelivery") == "true"; }
  bool http() const { return protocol == "http" || protocol == "https"; }
};

struct SubscriptionName {
  TopicName topic;
  std::string id;
};
// nullopt: not the ARN of a subscription.
std::optional<SubscriptionName> parse_subscription_arn(std::string_view arn);

std::string subscriptions_prefix(const TopicName& topic);
std::string owned_prefix(std::string_view owner, std::string_view region);
Result<SubscriptionRecord> read_subscription(std::string_view key, std::string_view value);
Result<std::optional<SubscriptionRecord>> find_subscription(Reader& reader, const SubscriptionName& name);
// The one of an endpoint.
Result<std::optional<SubscriptionRecord>> find_by_endpoint(Reader& reader, const TopicName& topic,
                                                           const std::string& protocol, const std::string& endpoint);
// With its indexes. The counts of the topic are the caller's.
Result<> put_subscription(Transaction& tx, const SubscriptionRecord& subscription);
Result<> erase_subscription(Transaction& tx, const SubscriptionRecord& subscription);
// Members of the record alone, for messages that outlive it.
json::object subscription_document(const SubscriptionRecord& subscription);
SubscriptionRecord subscription_from(const SubscriptionName& name, const json::value& document);

std::string token_key(std::string_view token);
std::string duplicates_prefix(const TopicName& topic);
std::string duplicate_key(const TopicName& topic, std::string_view id);
// Of FIFO topics: the last sequence number (`subscription` empty), or where a subscription stands.
std::string sequence_key(const TopicName& topic, std::string_view subscription);
std::string queued_prefix(const TopicName& topic, std::string_view subscription);
std::string queued_key(const TopicName& topic, std::string_view subscription, std::uint64_t sequence);

}  // namespace orrery::sns
