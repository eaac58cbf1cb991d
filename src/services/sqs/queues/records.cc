#include "services/sqs/queues/records.h"

#include "base/arn.h"
#include "services/record.h"
#include "shapes/sqs.h"
#include "store/key.h"

#include <charconv>

namespace orrery::sqs {
namespace {

constexpr std::size_t kMostCached = 10'000;

std::int64_t number_of(const Attributes& attributes, std::string_view name) {
  const auto found = attributes.find(std::string(name));
  std::int64_t value = 0;
  if (found == attributes.end()) return 0;
  std::from_chars(found->second.data(), found->second.data() + found->second.size(), value);
  return value;
}

}  // namespace

std::shared_ptr<QueueCache> make_queue_cache() { return std::make_shared<QueueCache>(); }

std::string QueueName::arn() const { return make_arn("sqs", region, account, name); }

std::string Queue::attribute(std::string_view wanted) const {
  const auto found = attributes.find(std::string(wanted));
  return found == attributes.end() ? std::string() : found->second;
}

std::string queue_key(const QueueName& name) {
  return KeyWriter(KeyKind::Queue).text(name.account).text(name.region).text(name.name).take();
}
std::string queues_prefix(std::string_view account, std::string_view region) {
  return KeyWriter(KeyKind::Queue).text(account).text(region).take();
}
std::string queue_counter_key() { return KeyWriter(KeyKind::QueueCounter).take(); }
std::string message_counter_key(std::uint64_t queue) { return KeyWriter(KeyKind::QueueCounter).u64(queue).take(); }

std::string encode_queue(const Queue& queue) {
  json::object attributes;
  for (const auto& [name, value] : queue.attributes) attributes[name] = value;
  json::object document{{"number", queue.number},
                        {"created", epoch_ms(queue.created)},
                        {"modified", epoch_ms(queue.modified)},
                        {"attributes", std::move(attributes)}};
  if (queue.purged_at) document["purged"] = epoch_ms(*queue.purged_at);
  if (queue.purged_below != 0) document["below"] = queue.purged_below;
  if (queue.deleted_at) document["deleted"] = epoch_ms(*queue.deleted_at);
  return encode_record(document);
}

Result<Queue> decode_queue(std::string_view key, std::string_view value) {
  const json::value document = TRY(decode_record(value));
  KeyReader reader(key);
  Queue queue;
  queue.account = reader.text();
  queue.region = reader.text();
  queue.name = reader.text();
  const auto at = [&](std::string_view name) -> std::optional<Instant> {
    const auto ms = find_int(document, name);
    return ms ? std::optional(instant_from_ms(*ms)) : std::nullopt;
  };
  const auto number = find_int(document, "number");
  if (!reader.ok() || !number) return fail(internal_error("corrupt record: queue"));
  queue.number = static_cast<std::uint64_t>(*number);
  queue.created = at("created").value_or(Instant());
  queue.modified = at("modified").value_or(Instant());
  queue.purged_at = at("purged");
  queue.deleted_at = at("deleted");
  queue.purged_below = static_cast<std::uint64_t>(find_int(document, "below").value_or(0));
  if (const json::value* attributes = find(document, "attributes"); attributes != nullptr && attributes->is_object()) {
    for (const auto& [name, text] : attributes->get_object()) {
      if (text.is_string()) queue.attributes[std::string(name)] = std::string(text.get_string());
    }
  }
  interpret(queue);
  return queue;
}

std::optional<Redrive> parse_redrive(std::string_view policy) {
  const auto document = parse_json(policy);
  if (!document) return std::nullopt;
  const auto target = find_string(*document, "deadLetterTargetArn");
  auto most = find_int(*document, "maxReceiveCount");
  if (const auto text = find_string(*document, "maxReceiveCount")) {
    std::int64_t value = 0;
    const auto parsed = std::from_chars(text->data(), text->data() + text->size(), value);
    if (parsed.ec == std::errc() && parsed.ptr == text->data() + text->size()) most = value;
  }
  if (!target || !most) return std::nullopt;
  return Redrive{std::string(*target), *most};
}

void interpret(Queue& queue) {
  const Attributes& all = queue.attributes;
  queue.fifo = queue.attribute(QueueAttributeName::FifoQueue) == "true";
  queue.deduplicates_content = queue.attribute(QueueAttributeName::ContentBasedDeduplication) == "true";
  queue.deduplicates_by_group = queue.attribute(QueueAttributeName::DeduplicationScope) == "messageGroup";
  queue.delay_s = number_of(all, QueueAttributeName::DelaySeconds);
  queue.retention_s = number_of(all, QueueAttributeName::MessageRetentionPeriod);
  queue.visibility_s = number_of(all, QueueAttributeName::VisibilityTimeout);
  queue.wait_s = number_of(all, QueueAttributeName::ReceiveMessageWaitTimeSeconds);
  queue.most_bytes = number_of(all, QueueAttributeName::MaximumMessageSize);
  queue.redrive = parse_redrive(queue.attribute(QueueAttributeName::RedrivePolicy));
}

Result<QueuePtr> QueueCache::decode(const std::string& key, const std::string& value) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(key);
    if (found != entries_.end() && found->second.value == value) return QueuePtr(found->second.queue);
  }
  auto made = std::make_shared<const Queue>(TRY(decode_queue(key, value)));
  const std::lock_guard lock(mutex_);
  if (entries_.size() >= kMostCached) entries_.clear();
  entries_[key] = {value, made};
  return QueuePtr(std::move(made));
}

Result<QueuePtr> find_queue(Sqs& sqs, Reader& reader, const QueueName& name) {
  const std::string key = queue_key(name);
  const auto bytes = TRY(reader.get(key));
  if (!bytes) return QueuePtr();
  QueuePtr queue = TRY(sqs.queues->decode(key, *bytes));
  return queue->deleted_at ? QueuePtr() : queue;
}

Result<QueuePtr> existing_queue(Sqs& sqs, Reader& reader, const QueueName& name) {
  QueuePtr queue = TRY(find_queue(sqs, reader, name));
  if (queue == nullptr) return fail(errors::QueueDoesNotExist("The specified queue does not exist."));
  return queue;
}

Result<std::vector<std::string>> dead_letter_sources(Reader& reader, const QueueName& name) {
  const std::string arn = name.arn();
  std::vector<std::string> out;
  const auto cursor = reader.scan(prefix_range(queues_prefix(name.account, name.region)));
  while (cursor->next()) {
    const Queue other = TRY(decode_queue(cursor->key(), cursor->value()));
    if (!other.deleted_at && other.redrive && other.redrive->target == arn) out.push_back(other.arn());
  }
  TRY(cursor->status());
  return out;
}

Result<> put_queue(Transaction& tx, const Queue& queue) { return tx.put(queue_key(queue), encode_queue(queue)); }

Result<QueuePtr> find_numbered(Sqs& sqs, Reader& reader, const QueueName& name, std::uint64_t number) {
  QueuePtr queue = TRY(find_queue(sqs, reader, name));
  return queue != nullptr && queue->number == number ? queue : QueuePtr();
}

}  // namespace orrery::sqs
