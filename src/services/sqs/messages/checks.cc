#include "services/sqs/messages/checks.h"

#include "services/attribute_number.h"
#include "services/sqs/queues/address.h"

namespace orrery::sqs {
namespace {

constexpr std::size_t kMostAttributes = 10;
constexpr std::size_t kMostAttributeName = 256;
constexpr std::size_t kMostEntries = 10, kMostEntryId = 80, kMostId = 128;
constexpr std::string_view kNotForType = "The request include parameter that is not valid for this queue type";

bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

Error invalid(std::string message) { return api_error("InvalidParameterValue", std::move(message)); }

// "#x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF"; what came is UTF-8 already.
bool is_text(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 && byte != 0x9 && byte != 0xa && byte != 0xd) return false;
    // U+FFFE and U+FFFF are EF BF BE and EF BF BF.
    if (byte == 0xef && text.substr(i + 1, 1) == "\xbf" && i + 2 < text.size() &&
        static_cast<unsigned char>(text[i + 2]) >= 0xbe) {
      return false;
    }
  }
  return true;
}

Result<> check_text(std::string_view text) {
  if (is_text(text)) return {};
  return fail(errors::InvalidMessageContents(
      "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | "
      "#x10000 to #x10FFFF"));
}

Result<> check_name(std::string_view name) {
  const auto allowed = [](char c) { return is_alphanumeric(c) || c == '_' || c == '-' || c == '.'; };
  if (name.empty() || name.size() > kMostAttributeName) {
    return fail(invalid("Message (user) attribute names must be between 1 and 256 characters long."));
  }
  if (!std::ranges::all_of(name, allowed) || name.front() == '.' || name.back() == '.' ||
      name.find("..") != std::string_view::npos) {
    return fail(
        invalid("Message (user) attributes name can only contain upper and lower score characters, digits, "
                "periods, hyphens and underscores, and cannot start or end with a period or have successive "
                "periods."));
  }
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (lower.starts_with("aws.") || lower.starts_with("amazon.")) {
    return fail(invalid("Message (user) attribute names may not start with 'AWS.' or 'Amazon.'."));
  }
  return {};
}

template <class Value>
Result<> check_value(const std::string& name, const Value& value, std::string_view kind) {
  const std::string subject = "The " + std::string(kind) + " '" + name + "' ";
  const std::string_view type = value.DataType;
  const std::string_view base = type.substr(0, type.find('.'));
  if (type.empty()) return fail(invalid(subject + "must contain non-empty message attribute type."));
  if ((base != "String" && base != "Number" && base != "Binary") || type.size() > kMostAttributeName) {
    return fail(invalid(subject +
                        "has an invalid message attribute type, the set of supported type prefixes is Binary, "
                        "Number, and String."));
  }
  if (value.StringListValues || value.BinaryListValues) {
    return fail(
        errors::UnsupportedOperation("Message attribute list values in SendMessage operation are not supported."));
  }
  const auto& given = base == "Binary" ? value.BinaryValue : value.StringValue;
  if (!given || given->empty()) {
    return fail(invalid(subject + "must contain non-empty message attribute value for message attribute type '" +
                        std::string(type) + "'."));
  }
  if (base == "Number" && !is_attribute_number(*given)) {
    return fail(invalid("Can't cast the value of message (user) attribute '" + name + "' to a number."));
  }
  return base == "Binary" ? Result<>() : check_text(*given);
}

Result<> check_attributes(const Sending& sending) {
  if (sending.attributes) {
    if (sending.attributes->size() > kMostAttributes) {
      return fail(invalid("Number of message attributes [" + std::to_string(sending.attributes->size()) +
                          "] exceeds the allowed maximum [10]."));
    }
    for (const auto& [name, value] : *sending.attributes) {
      TRY(check_name(name));
      TRY(check_value(name, value, "message attribute"));
    }
  }
  if (!sending.system_attributes) return {};
  for (const auto& [name, value] : *sending.system_attributes) {
    if (name != MessageSystemAttributeNameForSends::AWSTraceHeader) {
      return fail(invalid("Message system attribute name '" + name + "' is invalid."));
    }
    TRY(check_value(name, value, "message system attribute"));
    if (value.DataType != "String") {
      return fail(
          invalid("The message system attribute 'AWSTraceHeader' has an invalid message system attribute type, the "
                  "set of supported type prefixes is String."));
    }
  }
  return {};
}

Result<> check_fifo(const Sending& sending, const Queue& queue) {
  if (!queue.fifo) {
    if (sending.duplicate_id) {
      return fail(invalid_parameter(*sending.duplicate_id, "MessageDeduplicationId", kNotForType));
    }
    return {};
  }
  if (!sending.group) return fail(missing_parameter("MessageGroupId"));
  if (!sending.duplicate_id && !queue.deduplicates_content) {
    return fail(
        invalid("The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided "
                "explicitly"));
  }
  if (sending.delay_s && *sending.delay_s != 0) {
    return fail(invalid_parameter(std::to_string(*sending.delay_s), "DelaySeconds", kNotForType));
  }
  return {};
}

}  // namespace

std::size_t bytes_of(const Sending& sending) {
  std::size_t bytes = sending.body.size();
  if (!sending.attributes) return bytes;
  for (const auto& [name, value] : *sending.attributes) {
    bytes += name.size() + value.DataType.size() + value.StringValue.value_or("").size() +
             value.BinaryValue.value_or("").size();
  }
  return bytes;
}

Result<> check_id(const std::string& value, std::string_view name) {
  const auto allowed = [](char c) { return c > 0x20 && c < 0x7f; };
  if (!value.empty() && value.size() <= kMostId && std::ranges::all_of(value, allowed)) return {};
  return fail(invalid_parameter(
      value, name,
      std::string(name) + " can only include alphanumeric and punctuation characters. 1 to 128 in length."));
}

Result<> check_range(const std::optional<std::int64_t>& value, std::string_view name, std::int64_t least,
                     std::int64_t most, std::string_view reason) {
  if (!value || (*value >= least && *value <= most)) return {};
  return fail(invalid_parameter(std::to_string(*value), name, reason));
}

Result<> check_sending(const Sending& sending, const Queue& queue) {
  if (sending.body.empty()) return fail(missing_parameter("MessageBody"));
  TRY(check_range(sending.delay_s, "DelaySeconds", 0, 900, "DelaySeconds must be >= 0 and <= 900."));
  TRY(check_attributes(sending));
  if (bytes_of(sending) > static_cast<std::size_t>(queue.most_bytes)) {
    return fail(invalid("One or more parameters are invalid. Reason: Message must be shorter than " +
                        std::to_string(queue.most_bytes) + " bytes."));
  }
  TRY(check_text(sending.body));
  if (sending.group) TRY(check_id(*sending.group, "MessageGroupId"));
  TRY(check_fifo(sending, queue));
  if (sending.duplicate_id) TRY(check_id(*sending.duplicate_id, "MessageDeduplicationId"));
  return {};
}

Result<> check_ids(const std::vector<std::string>& ids, std::string_view entry_name) {
  if (ids.empty()) {
    return fail(
        errors::EmptyBatchRequest("There should be at least one " + std::string(entry_name) + " in the request."));
  }
  if (ids.size() > kMostEntries) {
    return fail(errors::TooManyEntriesInBatchRequest("Maximum number of entries per request are 10. You have sent " +
                                                     std::to_string(ids.size()) + "."));
  }
  std::set<std::string_view> seen;
  for (const std::string& id : ids) {
    const auto allowed = [](char c) { return is_alphanumeric(c) || c == '-' || c == '_'; };
    if (id.empty() || id.size() > kMostEntryId || !std::ranges::all_of(id, allowed)) {
      return fail(errors::InvalidBatchEntryId(
          "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 "
          "letters long."));
    }
    if (!seen.insert(id).second) return fail(errors::BatchEntryIdsNotDistinct("Id " + id + " repeated."));
  }
  return {};
}

bool is_wanted(const std::vector<std::string>& patterns, std::string_view name) {
  return std::ranges::any_of(patterns, [&](std::string_view pattern) {
    if (pattern == "All" || pattern == ".*") return true;
    if (pattern.ends_with(".*")) return name.starts_with(pattern.substr(0, pattern.size() - 2));
    return pattern == name;
  });
}

}  // namespace orrery::sqs
