// The attributes of a topic: which there are, what they may be, and what they mean together
// (docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html).
#pragma once

#include "services/sns/records.h"

namespace orrery::sns {

enum class When : std::uint8_t { Creating, Setting };

// Checks one attribute and takes it into the topic. An empty value takes it out.
Result<> set_attribute(TopicRecord& topic, const std::string& name, const std::string& value, When when);

// The policy of a topic that has been given none.
std::string default_policy(const TopicName& name);
std::string policy_of(const TopicRecord& topic);
// Error: InvalidParameter.
Result<> check_policy(const std::string& policy);
// That an action is one of topics' policies: "sns:Publish", "SNS:*".
bool is_topic_action(std::string_view action);

inline constexpr std::int64_t kMostMessageBytes = std::int64_t{256} * 1024;  // by default
std::int64_t most_message_bytes(const TopicRecord& topic);

}  // namespace orrery::sns
