// Making, describing and deleting topics.
#include "services/paging.h"
#include "services/sns/delivery/delivery_policy.h"
#include "services/sns/operations.h"
#include "services/sns/topics/attributes.h"
#include "services/sns/topics/tagging.h"
#include "services/tags.h"

#include <algorithm>

namespace orrery::sns {
namespace {

constexpr std::size_t kMostName = 256;

// "Topic names must be made up of only uppercase and lowercase ASCII letters, numbers, underscores, and hyphens, and
// must be between 1 and 256 characters long. For a FIFO topic, the name must end with the .fifo suffix."
Result<> check_name(const std::string& name, bool fifo) {
  const std::string_view stem =
      fifo && name.ends_with(".fifo") ? std::string_view(name).substr(0, name.size() - 5) : std::string_view(name);
  const bool good = !stem.empty() && name.size() <= kMostName && std::ranges::all_of(stem, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  if (fifo && (!good || !name.ends_with(".fifo"))) {
    return fail(
        invalid_parameter("Fifo Topic names must end with .fifo and must be made up of only uppercase and lowercase "
                          "ASCII letters, numbers, underscores, and hyphens, and must be between 1 and 256 characters "
                          "long."));
  }
  return good ? Result<>() : fail(invalid_parameter("Topic Name"));
}

// CreateTopic "is idempotent": of the same attributes and tags, as far as they are given.
Result<> check_same(Transaction& tx, const TopicRecord& there, const TopicRecord& wanted,
                    const std::optional<std::vector<Tag>>& tags) {
  for (const auto& [name, value] : wanted.attributes) {
    if (there.attribute(name, name == "FifoTopic" ? "false" : "") != value) {
      return fail(invalid_parameter("Attributes Reason: Topic already exists with different attributes"));
    }
  }
  if (!tags) return {};
  const TagMap kept = TRY(get_tags(tx, there.name.arn()));
  const bool same = tags->size() == kept.size() && std::ranges::all_of(*tags, [&](const Tag& tag) {
                      const auto found = kept.find(tag.Key);
                      return found != kept.end() && found->second == tag.Value;
                    });
  return same ? Result<>() : fail(invalid_parameter("Tags Reason: Topic already exists with different tags"));
}

}  // namespace

Result<CreateTopicResponse> create_topic(Call& call, Transaction& tx, const CreateTopicInput& input) {
  TopicRecord topic;
  topic.name = {call.account, call.region, input.Name};
  const Attributes given = input.Attributes.value_or(Attributes());
  const auto fifo = given.find("FifoTopic");
  TRY(check_name(input.Name, fifo != given.end() && fifo->second == "true"));
  if (input.DataProtectionPolicy) return fail(not_here("Orrery has no data protection policies."));
  for (const auto& [name, value] : given) TRY(set_attribute(topic, name, value, When::Creating));

  CreateTopicResponse output;
  output.TopicArn = topic.name.arn();
  if (const auto there = TRY(find_topic(tx, topic.name))) {
    TRY(check_same(tx, *there, topic, input.Tags));
    return output;
  }
  TRY(put_topic(tx, topic));
  if (input.Tags) TRY(put_tags(tx, topic.name.arn(), *input.Tags));
  return output;
}

// "This action is idempotent, so deleting a topic that does not exist does not result in an error."
Result<wire::Empty> delete_topic(Call& call, Transaction& tx, const DeleteTopicInput& input) {
  const TopicName name = TRY(topic_named(call, input.TopicArn));
  if (!TRY(find_topic(tx, name))) return wire::Empty{};
  const auto cursor = tx.scan(prefix_range(subscriptions_prefix(name)));
  while (cursor->next()) TRY(erase_subscription(tx, TRY(read_subscription(cursor->key(), cursor->value()))));
  TRY(cursor->status());
  TRY(erase_tags(tx, name.arn()));
  // A new topic of that name has taken no message yet: none may count as its duplicate.
  TRY(tx.erase_range(prefix_range(duplicates_prefix(name))));
  TRY(tx.erase(topic_key(name)));
  return wire::Empty{};
}

Result<GetTopicAttributesResponse> get_topic_attributes(Call& call, Reader& reader,
                                                        const GetTopicAttributesInput& input) {
  const TopicRecord topic = TRY(existing_topic(reader, call, input.TopicArn));
  GetTopicAttributesResponse output;
  Attributes& out = output.Attributes.emplace(topic.attributes);
  out["TopicArn"] = topic.name.arn();
  out["Owner"] = topic.name.account;
  out["Policy"] = policy_of(topic);
  out["DisplayName"] = topic.attribute("DisplayName");
  out["SubscriptionsConfirmed"] = std::to_string(topic.confirmed);
  out["SubscriptionsPending"] = std::to_string(topic.pending);
  out["SubscriptionsDeleted"] = std::to_string(topic.deleted);
  out["EffectiveDeliveryPolicy"] = effective_topic_policy(topic);
  if (topic.name.fifo()) out["ContentBasedDeduplication"] = topic.attribute("ContentBasedDeduplication", "false");
  if (!topic.name.fifo()) out.erase("FifoTopic");
  return output;
}

Result<wire::Empty> set_topic_attributes(Call& call, Transaction& tx, const SetTopicAttributesInput& input) {
  TopicRecord topic = TRY(existing_topic(tx, call, input.TopicArn));
  TRY(set_attribute(topic, input.AttributeName, input.AttributeValue.value_or(""), When::Setting));
  TRY(put_topic(tx, topic));
  return wire::Empty{};
}

Result<ListTopicsResponse> list_topics(Call& call, Reader& reader, const ListTopicsInput& input) {
  ListTopicsResponse output;
  output.Topics.emplace();
  const auto cursor = reader.scan(TRY(page_range(topics_prefix(call.account, call.region), input.NextToken)));
  while (cursor->next()) {
    if (output.Topics->size() == kPage) {
      output.NextToken = page_token(cursor->key());
      break;
    }
    Topic topic;
    topic.TopicArn = topic_of_key(cursor->key()).arn();
    output.Topics->push_back(std::move(topic));
  }
  TRY(cursor->status());
  return output;
}

}  // namespace orrery::sns
