#include "services/sqs/cleanup.h"

#include "services/record.h"
#include "services/sqs/messages/arrivals.h"
#include "services/sqs/queues/address.h"
#include "store/key.h"

#include <algorithm>

namespace orrery::sqs {
namespace {

constexpr std::string_view kClear = "sqs.clear";
constexpr std::size_t kStep = 1000;                 // messages of one transaction
constexpr Millis kPause = std::chrono::minutes(1);  // between sweeps of messages that are in flight

Result<> erase_message(Transaction& tx, std::uint64_t queue, MessageNumber number) {
  TRY(tx.erase(state_key(queue, number)));
  return tx.erase(content_key(queue, number));
}

// From `from` on, so that no step walks over what the last one has erased. nullopt: done.
Result<std::optional<MessageNumber>> clear_some(Transaction& tx, std::uint64_t queue, MessageNumber from,
                                                std::optional<MessageNumber> below) {
  KeyRange range = prefix_range(states_prefix(queue));
  range.begin = state_key(queue, from);
  if (below) range.end = state_key(queue, *below);
  std::vector<MessageNumber> numbers;
  const auto cursor = tx.scan(range);
  while (numbers.size() < kStep && cursor->next()) numbers.push_back(number_in(cursor->key()));
  TRY(cursor->status());
  for (const MessageNumber number : numbers) TRY(erase_message(tx, queue, number));
  return numbers.size() < kStep ? std::nullopt : std::optional(numbers.back() + 1);
}

// The record of a deleted queue goes when its name has rested. nullopt: it has.
Result<std::optional<Instant>> forget_queue(Transaction& tx, std::string_view id, std::uint64_t number, Instant now) {
  const auto name = parse_queue_arn(id.substr(0, id.find('|')));
  const std::string key = name ? queue_key(*name) : std::string();
  const auto bytes = name ? TRY(tx.get(key)) : std::nullopt;
  if (!bytes) return std::optional<Instant>();
  const Queue queue = TRY(decode_queue(key, *bytes));
  if (queue.number != number || !queue.deleted_at) return std::optional<Instant>();
  if (now < *queue.deleted_at + kRest) return std::optional(*queue.deleted_at + kRest);
  TRY(tx.erase(key));
  return std::optional<Instant>();
}

Result<Delivered> clear_step(Sqs& sqs, Transaction& tx, const orrery::Message& message) {
  const json::value document = TRY(decode_record(message.payload));
  const auto queue = static_cast<std::uint64_t>(find_int(document, "queue").value_or(0));
  const auto from = static_cast<MessageNumber>(find_int(document, "from").value_or(0));
  const auto below = find_int(document, "below");
  const auto next =
      TRY(clear_some(tx, queue, from, below ? std::optional(static_cast<MessageNumber>(*below)) : std::nullopt));
  Delivered delivered;
  delivered.summary = "queue " + std::string(find_string(document, "name").value_or("")) + " cleared";
  if (next) {
    json::object rest = document.get_object();
    rest["from"] = *next;
    delivered.payload = encode_record(rest);
    delivered.retry_at = sqs.clock.now();
    return delivered;
  }
  if (below) return delivered;
  TRY(tx.erase_range(prefix_range(messages_prefix(queue))));
  TRY(tx.erase_range(prefix_range(duplicates_prefix(queue))));
  TRY(tx.erase(message_counter_key(queue)));
  if (const auto rested = TRY(forget_queue(tx, message.id, queue, sqs.clock.now()))) {
    delivered.retry_at = *rested;
  } else {
    delivered.summary += " and forgotten";
  }
  return delivered;
}

struct Timed {
  QueuePtr queue;
  std::shared_ptr<Shelf> shelf;
};

// What a timer is about; no queue: it is gone.
Result<Timed> timed(Sqs& sqs, Reader& reader, const Timer& timer) {
  KeyReader key(timer.payload);
  QueueName name;
  name.account = key.text();
  name.region = key.text();
  name.name = key.text();
  Timed out;
  out.queue = TRY(find_queue(sqs, reader, name));
  if (out.queue == nullptr || !timer.id.ends_with("|" + std::to_string(out.queue->number))) return Timed{};
  out.shelf = TRY(sqs.shelves->of(sqs.store, *out.queue, timer.now));
  return out;
}

Result<> sweep(Sqs& sqs, Transaction& tx, const Timer& timer) {
  const auto [queue, shelf] = TRY(timed(sqs, tx, timer));
  if (queue == nullptr) return {};
  shelf->armed_sweep(std::nullopt);
  auto expired = shelf->see_expired(*queue, timer.now, kStep);
  for (const MessageNumber number : expired) {
    const auto bytes = TRY(tx.get(state_key(queue->number, number)));
    if (bytes && queue->expired(TRY(decode_state(*bytes)).sent, timer.now)) {
      TRY(erase_message(tx, queue->number, number));
    }
  }
  const bool more = expired.size() == kStep;
  tx.on_commit([shelf = shelf, expired = std::move(expired)] { shelf->forget_expired(expired); });
  if (more) return arm_sweep(sqs, tx, *queue, shelf, timer.now);
  const auto oldest = shelf->oldest();
  if (!oldest) return {};
  const Instant end = *oldest + std::chrono::seconds(queue->retention_s);
  return arm_sweep(sqs, tx, *queue, shelf, std::max(end, timer.now + kPause));
}

Result<> tell(Sqs& sqs, Transaction& tx, const Timer& timer) {
  const auto [queue, shelf] = TRY(timed(sqs, tx, timer));
  if (queue == nullptr) return {};
  shelf->armed_due(std::nullopt);
  if (const auto next = shelf->next_due(timer.now)) TRY(arm_due(sqs, tx, *queue, shelf, *next));
  tx.on_commit([&sqs, arn = shelf->arn()] { sqs.wakes.wake(arn); });
  return {};
}

}  // namespace

Result<> clear_messages(Sqs& sqs, Transaction& tx, const Queue& queue, std::optional<std::uint64_t> below,
                        Instant now) {
  json::object document{{"queue", queue.number}, {"name", queue.name}, {"from", 0}};
  if (below) document["below"] = *below;
  orrery::Message message;
  message.kind = kClear;
  message.id = queue.arn() + "|" + std::to_string(queue.number) + (below ? "|" + std::to_string(*below) : "");
  message.due = message.created = now;
  message.payload = encode_record(document);
  return sqs.background.post(tx, message);
}

void register_cleanup(Sqs& sqs) {
  sqs.background.on_message(std::string(kClear), [&sqs](Transaction& tx, const orrery::Message& message) {
    return clear_step(sqs, tx, message);
  });
  sqs.background.on_timer(std::string(kSweepTimer),
                          [&sqs](Transaction& tx, const Timer& timer) { return sweep(sqs, tx, timer); });
  sqs.background.on_timer(std::string(kDueTimer),
                          [&sqs](Transaction& tx, const Timer& timer) { return tell(sqs, tx, timer); });
}

}  // namespace orrery::sqs
