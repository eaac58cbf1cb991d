// What is published: its rules, and its form on the way.
#pragma once

#include "base/json.h"
#include "base/time.h"
#include "services/sns/records.h"

#include <map>
#include <optional>
#include <string>

namespace orrery::sns {

using MessageAttributes = std::map<std::string, MessageAttributeValue>;

// A message as it was accepted.
struct Published {
  std::string id;
  std::optional<std::string> subject;
  std::string message;
  bool structured = false;  // MessageStructure json: `message` has a text for each protocol
  MessageAttributes attributes;
  Instant at;
  std::string group, deduplication;
  std::string sequence;  // of FIFO topics
  std::string trace_id;

  // What that protocol gets.
  std::string text_for(std::string_view protocol) const;
};
json::object published_document(const Published& published);
Published published_from(const json::value& document);

// One message of Publish or PublishBatch, before it is accepted.
struct Draft {
  const std::string& message;
  const std::optional<std::string>& subject;
  const std::optional<std::string>& structure;
  const std::optional<MessageAttributes>& attributes;
  const std::optional<std::string>& group;
  const std::optional<std::string>& deduplication;
};
template <class Input>
Draft draft_of(const Input& input) {
  return {input.Message,           input.Subject,        input.MessageStructure,
          input.MessageAttributes, input.MessageGroupId, input.MessageDeduplicationId};
}

// Bytes of the text and of the attributes' names, types and values: what the limit is about.
std::int64_t size_of(const Draft& draft);
// Errors: InvalidParameter, ParameterValueInvalid. What concerns one message, and what its topic demands of it.
Result<> check_content(const Draft& draft);
Result<> check_attributes(const std::optional<MessageAttributes>& attributes);
Result<> check_structure(const Draft& draft);
Result<> check_ordering(const Draft& draft, const TopicRecord& topic);

}  // namespace orrery::sns
