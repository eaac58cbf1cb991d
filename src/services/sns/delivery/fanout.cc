#include "services/sns/delivery/fanout.h"

#include "services/record.h"
#include "services/sns/delivery/delivery_policy.h"
#include "services/sns/delivery/handing_over.h"
#include "services/sns/metrics.h"
#include "store/key.h"

#include <algorithm>
#include <set>

namespace orrery::sns {
namespace {

constexpr std::size_t kStep = 200;   // subscriptions of one transaction
constexpr std::size_t kBatch = 100;  // messages of a FIFO subscription in one

FilterScope scope_of(const SubscriptionRecord& subscription) {
  return subscription.attribute("FilterPolicyScope") == "MessageBody" ? FilterScope::OfBody : FilterScope::OfAttributes;
}

bool wants(Sns& sns, Transaction& tx, const SubscriptionRecord& subscription, const Published& published) {
  if (subscription.pending) return false;
  const auto policy = subscription.attributes.find("FilterPolicy");
  if (policy == subscription.attributes.end()) return true;
  const FilterScope scope = scope_of(subscription);
  const auto filter = sns.filters.get(policy->second, scope);
  if (filter == nullptr) return true;
  const char* why = why_filtered(*filter, scope, published.attributes, published.text_for(subscription.protocol));
  if (why == nullptr) return true;
  count_filtered(tx, sns, subscription.topic, why);
  return false;
}

Parcel parcel_for(const SubscriptionRecord& subscription, const Published& published) {
  Parcel parcel;
  parcel.subscription = subscription;
  parcel.published = published;
  return parcel;
}

Result<> post_pump(Sns& sns, Transaction& tx, const SubscriptionRecord& subscription, Instant now) {
  Message message;
  message.kind = kFifo;
  message.id = subscription.arn();
  message.due = message.created = now;
  return sns.background.post(tx, message);
}

// In order: one row a message and subscription, which the subscription's pump takes one after the other.
Result<> enqueue(Sns& sns, Transaction& tx, const TopicName& topic, const Published& published,
                 std::uint64_t sequence) {
  const auto cursor = tx.scan(prefix_range(subscriptions_prefix(topic)));
  while (cursor->next()) {
    const SubscriptionRecord subscription = TRY(read_subscription(cursor->key(), cursor->value()));
    if (!wants(sns, tx, subscription, published)) continue;
    TRY(tx.put(queued_key(topic, subscription.id, sequence), pack(parcel_for(subscription, published))));
    TRY(post_pump(sns, tx, subscription, published.at));
  }
  return cursor->status();
}

// The rows of one subscription, from where it stands.
class Pump {
 public:
  Pump(Sns& sns, Transaction& tx, const SubscriptionName& name) : sns_(sns), tx_(tx), name_(name) {}

  Result<Delivered> run() {
    const std::string prefix = queued_prefix(name_.topic, name_.id);
    const std::string place = sequence_key(name_.topic, name_.id);
    KeyRange range = prefix_range(prefix);
    const auto stands = TRY(get_record(tx_, place));
    range.begin = queued_key(name_.topic, name_.id,
                             static_cast<std::uint64_t>(stands ? find_int(*stands, "next").value_or(1) : 1));
    const auto cursor = tx_.scan(range);
    while (cursor->next()) {
      if (tried_ == kBatch) {
        again_at_ = sns_.clock.now();
        break;
      }
      TRY(one(std::string(cursor->key()), cursor->value()));
    }
    TRY(cursor->status());
    if (next_ > 0) TRY(put_record(tx_, place, json::object{{"next", static_cast<std::int64_t>(next_)}}));
    Delivered delivered;
    delivered.ok = failure_.empty();
    delivered.retry_at = again_at_;
    delivered.summary = "topic " + name_.topic.name + " -> " + std::to_string(done_) + " delivered in order" + failure_;
    return delivered;
  }

 private:
  Result<> one(const std::string& key, std::string_view value) {
    const json::value document = TRY(decode_record(value));
    Parcel parcel = TRY(parcel_from(document));
    const Instant not_before = instant_from_ms(find_int(document, "not_before_ms").value_or(0));
    const Instant now = sns_.clock.now();
    if (blocked_.contains(parcel.published.group) || not_before > now) {
      return wait(parcel, not_before > now ? std::optional(not_before) : std::nullopt);
    }
    ++tried_;
    auto current = TRY(renewed(tx_, parcel));
    if (!current) return finish(key);
    const Result<> handed = hand_over(sns_, tx_, *current);
    if (handed) {
      count_with(tx_, sns_, name_.topic, Counted::Delivered);
      ++done_;
      return finish(key);
    }
    const Error& error = handed.error();
    if (error.kind == Error::Kind::Conflict) return fail(error);
    failure_ = "; " + error.code + ": " + error.message;
    const auto pause = permanent(error) ? std::nullopt : plan_of_managed().pause(parcel.tries + 1);
    if (!pause) {
      TRY(give_up(sns_, tx_, *current, error.code + ": " + error.message));
      return finish(key);
    }
    ++parcel.tries;
    json::object later = parcel_document(parcel);
    later["not_before_ms"] = epoch_ms(now + *pause);
    TRY(put_record(tx_, key, later));
    return wait(parcel, now + *pause);
  }

  // Behind it, nothing of its group is delivered.
  Result<> wait(const Parcel& parcel, std::optional<Instant> until) {
    blocked_.insert(parcel.published.group);
    if (until) again_at_ = again_at_ ? std::min(*again_at_, *until) : *until;
    return {};
  }

  Result<> finish(const std::string& key) {
    if (blocked_.empty()) {
      KeyReader parts(key);
      for (int i = 0; i < 4; ++i) parts.text();
      next_ = parts.u64() + 1;
    }
    return tx_.erase(key);
  }

  Sns& sns_;
  Transaction& tx_;
  const SubscriptionName& name_;
  std::set<std::string> blocked_;  // message groups
  std::uint64_t next_ = 0;
  std::size_t tried_ = 0;  // those that wait do not count: however many they are, other groups have their turn
  std::size_t done_ = 0;
  std::optional<Instant> again_at_;
  std::string failure_;
};

}  // namespace

Result<> post_published(Sns& sns, Transaction& tx, const TopicName& topic, const Published& published,
                        std::uint64_t sequence) {
  if (topic.fifo()) return enqueue(sns, tx, topic, published, sequence);
  Message message;
  message.kind = kPublish;
  message.id = published.id;
  message.due = message.created = published.at;
  message.payload = encode_record(json::object{{"topic", topic.arn()}, {"published", published_document(published)}});
  return sns.background.post(tx, message);
}

Result<Delivered> fan_out(Sns& sns, Transaction& tx, const Message& message) {
  const json::value document = TRY(decode_record(message.payload));
  const auto topic = parse_topic_arn(text_of(document, "topic"));
  const json::value* what = find(document, "published");
  if (!topic || what == nullptr) return fail(internal_error("a corrupt message of SNS"));
  const Published published = published_from(*what);
  KeyRange range = prefix_range(subscriptions_prefix(*topic));
  if (const std::string from = text_of(document, "from"); !from.empty()) {
    range.begin = subscriptions_prefix(*topic) + from;
  }
  std::size_t seen = 0;
  std::size_t posted = 0;
  const auto cursor = tx.scan(range);
  while (cursor->next()) {
    if (seen++ == kStep) {
      json::object rest = document.get_object();
      const std::string from(cursor->key().substr(subscriptions_prefix(*topic).size()));
      Message next = message;
      next.id = published.id + "|" + from;
      rest["from"] = from;
      next.payload = encode_record(rest);
      TRY(sns.background.post(tx, next));
      break;
    }
    const SubscriptionRecord subscription = TRY(read_subscription(cursor->key(), cursor->value()));
    if (!wants(sns, tx, subscription, published)) continue;
    TRY(post(sns.background, tx, parcel_for(subscription, published), sns.clock.now()));
    ++posted;
  }
  TRY(cursor->status());
  Delivered delivered;
  delivered.summary = "topic " + topic->name + ": a message to " + std::to_string(posted) + " subscriptions";
  return delivered;
}

Result<Delivered> pump(Sns& sns, Transaction& tx, const Message& message) {
  const auto name = parse_subscription_arn(message.id);
  if (!name) return fail(internal_error("a corrupt message of SNS"));
  return Pump(sns, tx, *name).run();
}

}  // namespace orrery::sns
