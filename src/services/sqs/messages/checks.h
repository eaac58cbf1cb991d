// What may be sent and asked for; pure. Wordings are the service's.
#pragma once

#include "services/sqs/messages/stored.h"
#include "services/sqs/queues/records.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace orrery::sqs {

inline constexpr std::size_t kMostMessageBytes = 1'048'576;  // also of a batch
inline constexpr std::int64_t kMostVisibility_s = 43'200;

// One message to be sent, of SendMessage or an entry of SendMessageBatch; all of it is borrowed.
struct Sending {
  const std::string& body;
  const std::optional<std::int64_t>& delay_s;
  const std::optional<MessageAttributes>& attributes;
  const std::optional<std::map<std::string, MessageSystemAttributeValue>>& system_attributes;
  const std::optional<std::string>& duplicate_id;
  const std::optional<std::string>& group;

  template <class Input>
  static Sending of(const Input& input) {
    return {input.MessageBody,
            input.DelaySeconds,
            input.MessageAttributes,
            input.MessageSystemAttributes,
            input.MessageDeduplicationId,
            input.MessageGroupId};
  }
};
// Body and attributes: names, types and values.
std::size_t bytes_of(const Sending& sending);
Result<> check_sending(const Sending& sending, const Queue& queue);

// A deduplication id, a message group, a receive attempt.
Result<> check_id(const std::string& value, std::string_view name);
Result<> check_range(const std::optional<std::int64_t>& value, std::string_view name, std::int64_t least,
                     std::int64_t most, std::string_view reason);

// Ids of a batch's entries. Errors: EmptyBatchRequest, TooManyEntriesInBatchRequest, BatchEntryIdsNotDistinct,
// InvalidBatchEntryId.
Result<> check_ids(const std::vector<std::string>& ids, std::string_view entry_name);
template <class Entry>
Result<> check_batch(const std::vector<Entry>& entries, std::string_view entry_name) {
  std::vector<std::string> ids;
  ids.reserve(entries.size());
  for (const Entry& entry : entries) ids.push_back(entry.Id);
  return check_ids(ids, entry_name);
}

// Which of a message's attributes a receiver has asked for: names, "All", ".*", "stem.*".
bool is_wanted(const std::vector<std::string>& patterns, std::string_view name);

}  // namespace orrery::sqs
