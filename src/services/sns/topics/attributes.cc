#include "services/sns/topics/attributes.h"

#include "auth/policy.h"
#include "services/sns/delivery/delivery_policy.h"
#include "services/sns/operations.h"

#include <algorithm>
#include <charconv>

namespace orrery::sns {
namespace {

constexpr std::size_t kMostDisplayName = 100;
constexpr std::size_t kMostPolicyBytes = 30'720;
constexpr std::int64_t kLeastSize = 1024;
constexpr std::int64_t kMostSize = std::int64_t{1024} * 1024;

constexpr std::string_view kActions[] = {"addpermission",
                                         "deletetopic",
                                         "getdataprotectionpolicy",
                                         "gettopicattributes",
                                         "listsubscriptionsbytopic",
                                         "publish",
                                         "putdataprotectionpolicy",
                                         "receive",
                                         "removepermission",
                                         "settopicattributes",
                                         "subscribe",
                                         "listtagsforresource",
                                         "tagresource",
                                         "untagresource",
                                         "confirmsubscription"};

bool is_bool(std::string_view value) { return value == "true" || value == "false"; }

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

Result<> check_message_size(const std::string& value) {
  std::int64_t bytes = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), bytes);
  if (error != std::errc() || end != value.data() + value.size() || bytes < kLeastSize || bytes > kMostSize) {
    return fail(invalid_parameter("MaximumMessageSize Reason: must be an integer between 1024 and 1048576"));
  }
  return {};
}

Result<> check_display_name(const std::string& value) {
  const bool printable = std::ranges::none_of(value, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  if (value.size() <= kMostDisplayName && printable) return {};
  return fail(invalid_parameter("DisplayName"));
}

// Attributes of services that are not here: taking them would promise what does not happen.
Result<> check_absent(const std::string& name, const std::string& value) {
  if (name == "KmsMasterKeyId") return fail(not_here("Orrery has no KMS: leave KmsMasterKeyId out."));
  if (name == "ArchivePolicy" || name == "BeginningArchiveTime") {
    return fail(not_here("Orrery does not archive the messages of FIFO topics: leave ArchivePolicy out."));
  }
  if (name == "DataProtectionPolicy") return fail(not_here("Orrery has no data protection policies."));
  if (name.ends_with("FeedbackRoleArn") || name.ends_with("FeedbackSampleRate")) {
    return fail(not_here("Orrery does not log the status of deliveries: leave " + name +
                         " out, and see /_orrery/clock or the metrics of AWS/SNS."));
  }
  if (name == "TracingConfig" && value != "PassThrough") {
    return fail(value == "Active" ? not_here("Orrery has no X-Ray: TracingConfig can be PassThrough.")
                                  : invalid_parameter("TracingConfig"));
  }
  return {};
}

Result<> check_fifo_only(const TopicRecord& topic, const std::string& name, const std::string& value) {
  if (!topic.name.fifo()) return fail(invalid_parameter("AttributeName"));
  if (name == "FifoThroughputScope") {
    return value == "Topic" || value == "MessageGroup" ? Result<>() : fail(invalid_parameter("FifoThroughputScope"));
  }
  return is_bool(value) ? Result<>() : fail(invalid_parameter(name + " Reason: must be true or false"));
}

Result<> check(const TopicRecord& topic, const std::string& name, const std::string& value, When when) {
  TRY(check_absent(name, value));
  if (name == "Policy") return check_policy(value);
  if (name == "DisplayName") return check_display_name(value);
  if (name == "DeliveryPolicy") return check_delivery_policy(value, PolicyOf::Topic);
  if (name == "MaximumMessageSize") return check_message_size(value);
  if (name == "SignatureVersion") {
    return value == "1" || value == "2" ? Result<>() : fail(invalid_parameter("SignatureVersion"));
  }
  if (name == "TracingConfig") return {};
  if (name == "ContentBasedDeduplication" || name == "FifoThroughputScope") return check_fifo_only(topic, name, value);
  if (name == "FifoTopic" && when == When::Creating) {
    return is_bool(value) ? Result<>() : fail(invalid_parameter("FifoTopic Reason: must be true or false"));
  }
  return fail(when == When::Creating ? invalid_parameter("Attributes Reason: Unknown attribute " + name)
                                     : invalid_parameter("AttributeName"));
}

}  // namespace

bool is_topic_action(std::string_view action) {
  const std::string name = lower(action);
  if (name == "*") return true;
  if (!name.starts_with("sns:")) return false;
  const std::string_view rest = std::string_view(name).substr(4);
  if (rest.find_first_of("*?") != std::string_view::npos) return true;
  return std::ranges::find(kActions, rest) != std::end(kActions);
}

Result<> check_policy(const std::string& policy) {
  if (policy.size() > kMostPolicyBytes) return fail(invalid_parameter("Policy Error: The policy is too large."));
  const auto parsed = auth::parse_policy(policy, auth::PolicyKind::Resource);
  if (!parsed) return fail(invalid_parameter("Policy Error: " + parsed.error().message));
  const json::value document = TRY(parse_json(policy));
  const json::value* statements = find(document, "Statement");
  const json::array all = statements->is_array() ? statements->get_array() : json::array{*statements};
  for (const json::value& statement : all) {
    for (const char* element : {"Action", "NotAction"}) {
      const json::value* given = find(statement, element);
      if (given == nullptr) continue;
      for (const json::value& action : given->is_array() ? given->get_array() : json::array{*given}) {
        if (action.is_string() && is_topic_action(action.get_string())) continue;
        return fail(invalid_parameter("Policy statement action out of service scope!"));
      }
    }
  }
  return {};
}

Result<> set_attribute(TopicRecord& topic, const std::string& name, const std::string& value, When when) {
  const bool resets = value.empty() && (name == "Policy" || name == "DeliveryPolicy" || name == "DisplayName" ||
                                        name == "KmsMasterKeyId" || name == "TracingConfig");
  if (resets) {
    topic.attributes.erase(name);
    return {};
  }
  TRY(check(topic, name, value, when));
  topic.attributes[name] = value;
  return {};
}

// "By default, only the topic owner can publish or subscribe to the topic"; AWS:SourceOwner is the account in whose
// name a service acts.
std::string default_policy(const TopicName& name) {
  json::array actions;
  for (const char* action : {"GetTopicAttributes", "SetTopicAttributes", "AddPermission", "RemovePermission",
                             "DeleteTopic", "Subscribe", "ListSubscriptionsByTopic", "Publish"}) {
    actions.emplace_back(std::string("SNS:") + action);
  }
  const json::object statement{
      {"Sid", "__default_statement_ID"},
      {"Effect", "Allow"},
      {"Principal", json::object{{"AWS", "*"}}},
      {"Action", std::move(actions)},
      {"Resource", name.arn()},
      {"Condition", json::object{{"StringEquals", json::object{{"AWS:SourceOwner", name.account}}}}}};
  return to_text(
      json::object{{"Version", "2008-10-17"}, {"Id", "__default_policy_ID"}, {"Statement", json::array{statement}}});
}

std::string policy_of(const TopicRecord& topic) {
  const auto found = topic.attributes.find("Policy");
  return found == topic.attributes.end() ? default_policy(topic.name) : found->second;
}

std::int64_t most_message_bytes(const TopicRecord& topic) {
  const auto found = topic.attributes.find("MaximumMessageSize");
  return found == topic.attributes.end() ? kMostMessageBytes : std::stoll(found->second);
}

}  // namespace orrery::sns
