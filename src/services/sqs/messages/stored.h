// Messages as they are stored: what never changes of one, and what does, each under a key of its own, so that a receive
// does not rewrite a body.
//
//   QueueMessage    u64(queue) u8(0) u64(message) -> Content
//                   u64(queue) u8(1) u64(message) -> State
//                   u64(queue) u8(2) text(attempt id) -> Attempt: of FIFO queues
//   QueueDuplicate  u64(queue) text(deduplication id, with its group where that counts) -> Duplicate
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "shapes/sqs.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orrery::sqs {

using MessageNumber = std::uint64_t;
using MessageAttributes = std::map<std::string, MessageAttributeValue>;

struct Content {
  std::string id, body, body_md5, sender;
  std::string trace_header, group, duplicate_id, came_from;  // empty: none; came_from: the ARN of a dead-letter source
  std::string sequence;                                      // of FIFO queues
  MessageAttributes attributes;
};

struct State {
  Instant sent;     // what the retention period counts from
  Instant visible;  // not received before
  std::int64_t receives = 0;
  Instant first_received;     // when receives is not 0
  std::uint64_t receipt = 0;  // the nonce of the last receipt handle
  std::string group;          // as in the content: a start reads states only
};

struct Duplicate {
  Instant until;
  std::string id;  // the message's
  std::string sequence;
};

struct Attempt {
  Instant until;
  std::vector<std::pair<MessageNumber, std::uint64_t>> receipts;
};

std::string content_key(std::uint64_t queue, MessageNumber number);
std::string state_key(std::uint64_t queue, MessageNumber number);
std::string states_prefix(std::uint64_t queue);
std::string messages_prefix(std::uint64_t queue);
std::string attempts_prefix(std::uint64_t queue);
std::string attempt_key(std::uint64_t queue, std::string_view id);
std::string duplicates_prefix(std::uint64_t queue);
std::string duplicate_key(std::uint64_t queue, std::string_view id);
// The message number in a state's key.
MessageNumber number_in(std::string_view key);

std::string encode(const Content& content);
std::string encode(const State& state);
std::string encode(const Duplicate& duplicate);
std::string encode(const Attempt& attempt);
// Error: Internal, "corrupt record".
Result<Content> decode_content(std::string_view bytes);
Result<State> decode_state(std::string_view bytes);
Result<Duplicate> decode_duplicate(std::string_view bytes);
Result<Attempt> decode_attempt(std::string_view bytes);

}  // namespace orrery::sqs
