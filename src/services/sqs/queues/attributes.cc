#include "services/sqs/queues/attributes.h"

#include "auth/policy.h"
#include "services/sqs/queues/address.h"
#include "shapes/sqs.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace orrery::sqs {
namespace {

namespace Names = QueueAttributeName;

struct Number {
  std::string_view name;
  std::int64_t least, most, initial;
};
constexpr std::array kNumbers = {
    Number{Names::VisibilityTimeout, 0, 43'200, 30},
    Number{Names::MaximumMessageSize, 1024, 1'048'576, 1'048'576},
    Number{Names::MessageRetentionPeriod, 60, 1'209'600, 345'600},
    Number{Names::DelaySeconds, 0, 900, 0},
    Number{Names::ReceiveMessageWaitTimeSeconds, 0, 20, 0},
    Number{Names::KmsDataKeyReusePeriodSeconds, 60, 86'400, 300},
};

Failure unknown(std::string_view name) {
  return fail(errors::InvalidAttributeName("Unknown Attribute " + std::string(name) + "."));
}
Failure invalid(std::string_view name) {
  return fail(errors::InvalidAttributeValue("Invalid value for the parameter " + std::string(name) + "."));
}

Result<> put_number(const Number& number, const std::string& text, Attributes& attributes) {
  std::int64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool read = parsed.ec == std::errc() && parsed.ptr == text.data() + text.size() && !text.empty();
  if (!read || value < number.least || value > number.most) return invalid(number.name);
  attributes[std::string(number.name)] = std::to_string(value);
  return {};
}

Result<> put_choice(std::string_view name, const std::string& text, std::initializer_list<std::string_view> choices,
                    Attributes& attributes) {
  if (std::ranges::find(choices, std::string_view(text)) == choices.end()) return invalid(name);
  attributes[std::string(name)] = text;
  return {};
}

Result<> put_policy(const std::string& text, Attributes& attributes) {
  if (!parse_json(text) || !auth::parse_policy(text, auth::PolicyKind::Resource)) return invalid(Names::Policy);
  attributes[std::string(Names::Policy)] = text;
  return {};
}

// The dead-letter queue's RedriveAllowPolicy.
bool takes_letters_of(const Queue& target, const QueueName& source) {
  const auto policy = parse_json(target.attribute(Names::RedriveAllowPolicy));
  if (!policy) return true;
  const auto permission = find_string(*policy, "redrivePermission").value_or("allowAll");
  if (permission == "allowAll") return true;
  const json::value* sources = find(*policy, "sourceQueueArns");
  if (permission == "denyAll" || sources == nullptr || !sources->is_array()) return false;
  return std::ranges::any_of(sources->get_array(), [&](const json::value& one) {
    return one.is_string() && std::string_view(one.get_string()) == source.arn();
  });
}

Result<> put_redrive(Sqs& sqs, Reader& reader, const QueueName& name, bool fifo, const std::string& text,
                     Attributes& attributes) {
  const auto refuse = [&](std::string_view reason) {
    return fail(invalid_parameter(text, Names::RedrivePolicy, reason));
  };
  const auto document = parse_json(text);
  if (!document || !document->is_object()) return refuse("Redrive policy is not a valid JSON map.");
  for (const char* member : {"deadLetterTargetArn", "maxReceiveCount"}) {
    if (find(*document, member) == nullptr) {
      return refuse("Redrive policy does not contain mandatory attribute: " + std::string(member) + ".");
    }
  }
  for (const auto& member : document->get_object()) {
    const std::string_view key(member.key().data(), member.key().size());
    if (key != "deadLetterTargetArn" && key != "maxReceiveCount") {
      return refuse("Only following attributes are supported: [deadLetterTargetArn, maxReceiveCount].");
    }
  }
  const auto redrive = parse_redrive(text);
  if (!redrive || redrive->most_receives < 1 || redrive->most_receives > 1000) {
    return refuse("Invalid value for maxReceiveCount: " + to_text(*find(*document, "maxReceiveCount")) +
                  ", valid values are from 1 to 1000 both inclusive.");
  }
  const auto target = parse_queue_arn(redrive->target);
  if (!target) return refuse("Invalid value for deadLetterTargetArn.");
  if (target->account != name.account) return refuse("Dead-letter target owner should be same as the source.");
  if (target->region != name.region) return refuse("Dead-letter target must be in same region as the source.");
  const QueuePtr queue = TRY(find_queue(sqs, reader, *target));
  if (queue == nullptr) return refuse("Dead letter target does not exist.");
  if (queue->fifo != fifo) return refuse("Dead-letter queue must be same type of queue as the source.");
  if (!takes_letters_of(*queue, name)) {
    return refuse("The dead-letter queue's redrive allow policy does not allow this source queue.");
  }
  attributes[std::string(Names::RedrivePolicy)] =
      to_text(json::object{{"deadLetterTargetArn", redrive->target}, {"maxReceiveCount", redrive->most_receives}});
  return {};
}

Result<> put_redrive_allow(const std::string& text, Attributes& attributes) {
  const auto refuse = [&](std::string_view reason) {
    return fail(invalid_parameter(text, Names::RedriveAllowPolicy, reason));
  };
  const auto document = parse_json(text);
  if (!document || !document->is_object()) return refuse("Redrive allow policy is not a valid JSON map.");
  const auto permission = find_string(*document, "redrivePermission");
  const json::value* sources = find(*document, "sourceQueueArns");
  if (!permission || (*permission != "allowAll" && *permission != "denyAll" && *permission != "byQueue")) {
    return refuse("Invalid value for redrivePermission.");
  }
  if ((*permission == "byQueue") != (sources != nullptr)) {
    return refuse("sourceQueueArns must be given with redrivePermission byQueue, and only then.");
  }
  if (sources != nullptr &&
      (!sources->is_array() || sources->get_array().empty() || sources->get_array().size() > 10)) {
    return refuse("sourceQueueArns must have 1 to 10 ARNs.");
  }
  attributes[std::string(Names::RedriveAllowPolicy)] = text;
  return {};
}

bool may_be_emptied(std::string_view name) {
  return name == Names::Policy || name == Names::RedrivePolicy || name == Names::RedriveAllowPolicy ||
         name == Names::KmsMasterKeyId;
}

struct Applied {
  Sqs& sqs;
  const Call& call;
  Reader& reader;
  const QueueName& queue;
  bool fifo;
  Attributes& attributes;
};

Result<> put_one(const Applied& to, const std::string& name, const std::string& value) {
  if (value.empty() && may_be_emptied(name)) {
    to.attributes.erase(name);
    return {};
  }
  const auto number = std::ranges::find(kNumbers, std::string_view(name), &Number::name);
  if (number != kNumbers.end()) return put_number(*number, value, to.attributes);
  if (name == Names::Policy) return put_policy(value, to.attributes);
  if (name == Names::RedrivePolicy) return put_redrive(to.sqs, to.reader, to.queue, to.fifo, value, to.attributes);
  if (name == Names::RedriveAllowPolicy) return put_redrive_allow(value, to.attributes);
  if (name == Names::SqsManagedSseEnabled) return put_choice(name, value, {"true", "false"}, to.attributes);
  if (name == Names::KmsMasterKeyId) {
    to.attributes[name] = value;
    to.attributes[std::string(Names::SqsManagedSseEnabled)] = "false";
    return {};
  }
  if (!to.fifo) return unknown(name);
  if (name == Names::ContentBasedDeduplication) return put_choice(name, value, {"true", "false"}, to.attributes);
  if (name == Names::DeduplicationScope) return put_choice(name, value, {"queue", "messageGroup"}, to.attributes);
  if (name == Names::FifoThroughputLimit) {
    return put_choice(name, value, {"perQueue", "perMessageGroupId"}, to.attributes);
  }
  if (name == Names::FifoQueue && value == "true") return {};
  if (name == Names::FifoQueue) return invalid(name);
  return unknown(name);
}

bool same(std::string_view name, const std::string& one, const std::string& other) {
  if (one == other) return true;
  if (name != Names::Policy && name != Names::RedrivePolicy && name != Names::RedriveAllowPolicy) return false;
  if (name == Names::RedrivePolicy) {
    const auto a = parse_redrive(one);
    const auto b = parse_redrive(other);
    return a && b && a->target == b->target && a->most_receives == b->most_receives;
  }
  const auto a = parse_json(one);
  const auto b = parse_json(other);
  return a && b && *a == *b;
}

}  // namespace

Attributes default_attributes(bool fifo) {
  Attributes out;
  for (const Number& number : kNumbers) {
    if (number.name != Names::KmsDataKeyReusePeriodSeconds) {
      out[std::string(number.name)] = std::to_string(number.initial);
    }
  }
  out[std::string(Names::SqsManagedSseEnabled)] = "true";
  if (!fifo) return out;
  out[std::string(Names::FifoQueue)] = "true";
  out[std::string(Names::ContentBasedDeduplication)] = "false";
  out[std::string(Names::DeduplicationScope)] = "queue";
  out[std::string(Names::FifoThroughputLimit)] = "perQueue";
  return out;
}

Result<> apply_attributes(Sqs& sqs, const Call& call, Reader& reader, const QueueName& name, const Attributes& given,
                          Attributes& attributes) {
  const bool fifo = name.name.ends_with(".fifo");
  const Applied to{sqs, call, reader, name, fifo, attributes};
  for (const auto& [key, value] : given) TRY(put_one(to, key, value));
  const auto says = [&](std::string_view key, std::string_view value) {
    const auto found = attributes.find(std::string(key));
    return found != attributes.end() && found->second == value;
  };
  // "you can set perMessageGroupId only when the value for DeduplicationScope is messageGroup".
  if (says(Names::FifoThroughputLimit, "perMessageGroupId") && !says(Names::DeduplicationScope, "messageGroup")) {
    return fail(errors::InvalidAttributeValue(
        "The perMessageGroupId value is allowed only when the value for DeduplicationScope is messageGroup."));
  }
  if (says(Names::SqsManagedSseEnabled, "true") && given.contains(std::string(Names::SqsManagedSseEnabled)) &&
      attributes.contains(std::string(Names::KmsMasterKeyId))) {
    return fail(
        errors::InvalidAttributeValue("You can use one type of server-side encryption (SSE) at one time. You can "
                                      "either enable KMS SSE or SQS SSE."));
  }
  return {};
}

std::optional<std::string> first_difference(const Attributes& given, const Attributes& has) {
  for (const auto& [name, value] : given) {
    const auto found = has.find(name);
    const std::string& other = found == has.end() ? std::string() : found->second;
    if (!same(name, value, other)) return name;
  }
  return std::nullopt;
}

}  // namespace orrery::sqs
