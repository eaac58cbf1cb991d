#include "services/sns/publishing/message.h"

#include "base/encode.h"
#include "base/utf8.h"
#include "services/attribute_number.h"
#include "services/sns/operations.h"
#include "wire/protocol.h"

#include <algorithm>

namespace orrery::sns {
namespace {

constexpr std::size_t kMostSubject = 100;
constexpr std::size_t kMostName = 256;
constexpr std::size_t kMostId = 128;

Failure bad_value(std::string message) { return fail(errors::InvalidParameterValueException(std::move(message))); }

bool is_one_of(std::string_view type, std::string_view kind) {
  return type == kind || (type.starts_with(kind) && type.size() > kind.size() + 1 && type[kind.size()] == '.');
}

// "The message attribute name can contain the following characters: A-Z, a-z, 0-9, underscore (_), hyphen (-), and
// period (.). The name must not start or end with a period, and it should not have successive periods."
Result<> check_name(const std::string& name) {
  if (name.size() > kMostName) return bad_value("Length of message attribute name must be less than 256 bytes.");
  if (name.starts_with('.')) return bad_value("Invalid message attribute name starting with character '.' was found.");
  if (name.ends_with('.')) return bad_value("Invalid message attribute name ending with character '.' was found.");
  if (name.find("..") != std::string::npos) {
    return bad_value("Message attribute name can not have successive '.' characters.");
  }
  for (const char c : name) {
    const bool good =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
    if (good) continue;
    char code[8];
    const auto end = std::to_chars(code, code + sizeof code, static_cast<unsigned char>(c), 16).ptr;
    std::string shown(code, end);
    std::ranges::transform(shown, shown.begin(), [](char d) { return d >= 'a' ? static_cast<char>(d - 32) : d; });
    return bad_value("Invalid non-alphanumeric character '#x" + shown +
                     "' was found in the message attribute name. Can only include alphanumeric characters, hyphens, "
                     "underscores, or dots.");
  }
  return {};
}

Result<> check_value(const std::string& name, const MessageAttributeValue& value) {
  const std::string quoted = "The message attribute '" + name + "' ";
  const std::string& type = value.DataType;
  if (type.empty()) return bad_value(quoted + "must contain non-empty message attribute type.");
  const bool binary = is_one_of(type, "Binary");
  if (!binary && !is_one_of(type, "String") && !is_one_of(type, "Number")) {
    return bad_value(quoted +
                     "has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and "
                     "String.");
  }
  const auto& given = binary ? value.BinaryValue : value.StringValue;
  const auto& other = binary ? value.StringValue : value.BinaryValue;
  if (!given && other) {
    return bad_value(quoted + "with type '" + type + "' must use field '" + (binary ? "Binary" : "String") + "'.");
  }
  if (!given || given->empty()) {
    return bad_value(quoted + "must contain non-empty message attribute value for message attribute type '" + type +
                     "'.");
  }
  if (is_one_of(type, "Number") && !is_attribute_number(*given)) {
    return bad_value("Could not cast message attribute '" + name + "' value to number.");
  }
  return {};
}

// "up to 128 alphanumeric characters (a-z, A-Z, 0-9) and punctuation".
Result<> check_id(const std::optional<std::string>& id, const char* parameter) {
  if (!id) return {};
  const bool good = !id->empty() && id->size() <= kMostId &&
                    std::ranges::all_of(*id, [](unsigned char c) { return c > 0x20 && c < 0x7f; });
  if (good) return {};
  return fail(invalid_parameter(std::string(parameter) +
                                " Reason: can only include alphanumeric and punctuation characters. 1 to 128 in "
                                "length."));
}

}  // namespace

std::string Published::text_for(std::string_view protocol) const {
  if (!structured) return message;
  const auto document = parse_json(message);
  if (!document) return message;
  if (const auto own = find_string(*document, protocol)) return std::string(*own);
  return text_of(*document, "default");
}

json::object published_document(const Published& published) {
  json::object attributes;
  for (const auto& [name, value] : published.attributes) {
    json::object one{{"type", value.DataType}};
    if (value.StringValue) one["string"] = *value.StringValue;
    if (value.BinaryValue) one["binary"] = base64(*value.BinaryValue);
    attributes[name] = std::move(one);
  }
  json::object out{{"id", published.id}, {"message", published.message}, {"at_ms", epoch_ms(published.at)}};
  if (published.subject) out["subject"] = *published.subject;
  if (published.structured) out["structured"] = true;
  if (!attributes.empty()) out["attributes"] = std::move(attributes);
  if (!published.group.empty()) out["group"] = published.group;
  if (!published.deduplication.empty()) out["deduplication"] = published.deduplication;
  if (!published.sequence.empty()) out["sequence"] = published.sequence;
  if (!published.trace_id.empty()) out["trace_id"] = published.trace_id;
  return out;
}

Published published_from(const json::value& document) {
  Published out;
  out.id = text_of(document, "id");
  out.message = text_of(document, "message");
  out.at = instant_from_ms(find_int(document, "at_ms").value_or(0));
  if (const auto subject = find_string(document, "subject")) out.subject = *subject;
  out.structured = find_bool(document, "structured").value_or(false);
  out.group = text_of(document, "group");
  out.deduplication = text_of(document, "deduplication");
  out.sequence = text_of(document, "sequence");
  out.trace_id = text_of(document, "trace_id");
  const json::value* attributes = find(document, "attributes");
  if (attributes == nullptr || !attributes->is_object()) return out;
  for (const auto& [name, one] : attributes->get_object()) {
    MessageAttributeValue value;
    value.DataType = text_of(one, "type");
    if (const auto text = find_string(one, "string")) value.StringValue = *text;
    if (const auto bytes = find_string(one, "binary")) value.BinaryValue = unbase64(*bytes);
    out.attributes.emplace(name, std::move(value));
  }
  return out;
}

std::int64_t size_of(const Draft& draft) {
  std::size_t size = draft.message.size();
  if (draft.attributes) {
    for (const auto& [name, value] : *draft.attributes) {
      size += name.size() + value.DataType.size();
      size += value.StringValue ? value.StringValue->size() : value.BinaryValue ? value.BinaryValue->size() : 0;
    }
  }
  return static_cast<std::int64_t>(size);
}

Result<> check_attributes(const std::optional<MessageAttributes>& attributes) {
  if (!attributes) return {};
  for (const auto& [name, value] : *attributes) {
    TRY(check_name(name));
    TRY(check_value(name, value));
  }
  return {};
}

// "Subjects must be UTF-8 text with no line breaks or control characters, and less than 100 characters long."
Result<> check_content(const Draft& draft) {
  if (const auto& subject = draft.subject) {
    const auto characters =
        std::ranges::count_if(*subject, [](unsigned char c) { return (c & 0xc0U) != 0x80U; });  // not continued
    const bool plain = std::ranges::none_of(*subject, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
    if (subject->empty() || static_cast<std::size_t>(characters) > kMostSubject || !plain || subject->front() == ' ' ||
        !is_utf8(*subject)) {
      return fail(invalid_parameter("Subject"));
    }
  }
  if (draft.message.empty()) return fail(invalid_parameter("Empty message"));
  return {};
}

Result<> check_structure(const Draft& draft) {
  if (!draft.structure || draft.structure->empty()) return {};
  if (*draft.structure != "json") return fail(invalid_parameter("MessageStructure"));
  const auto document = parse_json(draft.message);
  if (!document || !document->is_object()) {
    return fail(invalid_parameter("Message Structure - JSON message body failed to parse"));
  }
  if (find_string(*document, "default")) return {};
  return fail(invalid_parameter("Message Structure - No default entry in JSON message body"));
}

Result<> check_ordering(const Draft& draft, const TopicRecord& topic) {
  if (topic.name.fifo()) {
    if (!draft.group || draft.group->empty()) {
      return fail(invalid_parameter("The MessageGroupId parameter is required for FIFO topics"));
    }
    if (!topic.is("ContentBasedDeduplication") && !draft.deduplication) {
      return fail(
          invalid_parameter("The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId "
                            "provided explicitly"));
    }
  } else if (draft.deduplication) {
    return fail(
        invalid_parameter("MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that "
                          "is not valid for this topic type"));
  }
  TRY(check_id(draft.group, "MessageGroupId"));
  return check_id(draft.deduplication, "MessageDeduplicationId");
}

}  // namespace orrery::sns
