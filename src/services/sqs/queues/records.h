// Queues as they are stored.
//
//   Queue         text(account) text(region) text(queue name) -> record
//   QueueCounter  nothing -> the last queue number; u64(queue number) -> a message number that none has reached
//
// Other keys are in messages/stored.h.
#pragma once

#include "base/time.h"
#include "services/sqs/sqs.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace orrery::sqs {

using Attributes = std::map<std::string, std::string>;

struct QueueName {
  std::string account, region, name;
  std::string arn() const;
};

struct Redrive {
  std::string target;  // the dead-letter queue's ARN
  std::int64_t most_receives = 0;
};

struct Queue : QueueName {
  std::uint64_t number = 0;  // never given to another queue
  Attributes attributes;     // those that were set, or that a new queue has by default
  Instant created, modified;
  std::optional<Instant> purged_at;
  std::uint64_t purged_below = 0;     // messages with smaller numbers are gone
  std::optional<Instant> deleted_at;  // there is no such queue, but its name rests

  // What attributes say.
  bool fifo = false, deduplicates_content = false, deduplicates_by_group = false;
  std::int64_t delay_s = 0, retention_s = 0, visibility_s = 0, wait_s = 0, most_bytes = 0;
  std::optional<Redrive> redrive;

  bool expired(Instant sent, Instant now) const { return sent + std::chrono::seconds(retention_s) <= now; }
  std::string attribute(std::string_view name) const;  // "": not set
};
using QueuePtr = std::shared_ptr<const Queue>;

std::string queue_key(const QueueName& name);
std::string queues_prefix(std::string_view account, std::string_view region);
std::string queue_counter_key();
std::string message_counter_key(std::uint64_t queue);

std::string encode_queue(const Queue& queue);
Result<Queue> decode_queue(std::string_view key, std::string_view value);
// Fills what attributes say.
void interpret(Queue& queue);
std::optional<Redrive> parse_redrive(std::string_view policy);

// Records that were read last, decoded.
class QueueCache {
 public:
  Result<QueuePtr> decode(const std::string& key, const std::string& value);

 private:
  struct Entry {
    std::string value;
    QueuePtr queue;
  };
  std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;
};

// nullptr: there is none.
Result<QueuePtr> find_queue(Sqs& sqs, Reader& reader, const QueueName& name);
// Error: QueueDoesNotExist.
Result<QueuePtr> existing_queue(Sqs& sqs, Reader& reader, const QueueName& name);
// The ARNs of the queues whose dead letters it takes; walks over all of its account and region.
Result<std::vector<std::string>> dead_letter_sources(Reader& reader, const QueueName& name);
Result<> put_queue(Transaction& tx, const Queue& queue);

// A record with its number: for what belongs to a queue that may have been replaced by another of its name.
Result<QueuePtr> find_numbered(Sqs& sqs, Reader& reader, const QueueName& name, std::uint64_t number);

}  // namespace orrery::sqs
