// SubscribeToShard.
#include "services/kinesis/consumers/consumers.h"
#include "services/kinesis/consumers/subscriptions.h"
#include "services/kinesis/records/reading.h"
#include "wire/event_stream.h"
#include "wire/protocol.h"

namespace orrery::kinesis {
namespace {

constexpr std::size_t kEventBytes = std::size_t{1} * 1024 * 1024;

// The shard that a subscription reads, and how far it has come.
struct Feed {
  Kinesis& kinesis;
  ConsumerName consumer;
  StreamName stream;
  std::uint64_t stream_number = 0;
  ShardNumber shard = 0;
  std::uint64_t next = 0;
};

std::string exception(std::string_view type, const std::string& message) {
  return wire::event_message(
      {{":message-type", "exception"}, {":exception-type", type}, {":content-type", "application/json"}},
      json::serialize(json::object{{"message", message}}));
}

class SubscriptionBody final : public ReplyBody {
 public:
  SubscriptionBody(std::shared_ptr<Subscription> subscription, std::shared_ptr<void> listening, Feed feed)
      : subscription_(std::move(subscription)), listening_(std::move(listening)), feed_(std::move(feed)) {}
  ~SubscriptionBody() override {
    listening_.reset();
    subscription_->abandon();
  }
  SubscriptionBody(const SubscriptionBody&) = delete;
  SubscriptionBody& operator=(const SubscriptionBody&) = delete;

  std::optional<std::uint64_t> length() const override { return std::nullopt; }
  bool ready() const override { return begins_ || over_ || subscription_->ready(); }
  void when_ready(const std::function<void()>& call) override {
    if (begins_ || over_) return call();
    subscription_->when_ready(call);
  }
  Result<std::string_view> next() override {
    if (begins_) {
      begins_ = false;
      // Of an operation that speaks JSON the first message is what the reply would be without its stream.
      message_ = wire::event_message("initial-response", "application/json", "{}");
    } else if (over_ || !subscription_->take()) {
      message_.clear();
    } else {
      message_ = TRY(event());
    }
    return std::string_view(message_);
  }

 private:
  Result<std::string> event() {
    Kinesis& kinesis = feed_.kinesis;
    // What is shown must not be lost after it was.
    const Sequence sequence = kinesis.store.committed();
    const auto reader = kinesis.store.snapshot();
    const KnownStream stream = TRY(kinesis.streams.find(*reader, feed_.stream));
    const Instant now = kinesis.clock.now();
    const ShardRow* shard = stream == nullptr ? nullptr : stream->find_shard(feed_.shard);
    if (shard == nullptr || stream->number != feed_.stream_number) {
      over_ = true;
      return exception("ResourceNotFoundException",
                       "Stream " + feed_.stream.name + " under account " + feed_.stream.account + " not found.");
    }
    if (!TRY(find_consumer(*reader, feed_.consumer, feed_.stream.region))) {
      over_ = true;
      return exception("ResourceNotFoundException", "Consumer " + feed_.consumer.arn() + " not found.");
    }
    ReadLimits limits;
    limits.bytes = kEventBytes;
    ReadRecords read = TRY(read_records(*reader, *stream, *shard, feed_.next, limits, now));
    TRY(kinesis.store.wait_durable(sequence));
    feed_.next = read.next;
    const bool more = read.behind_ms > 0;
    if (more) subscription_->wake();
    over_ = read.ended;
    return wire::event_message("SubscribeToShardEvent", "application/json", document(*stream, *shard, read, now));
  }

  // A SubscribeToShardEvent.
  static std::string document(const StreamRow& stream, const ShardRow& shard, const ReadRecords& read, Instant now) {
    json::array records;
    for (const Record& record : read.records) records.push_back(wire::to_document(wire::shape_for<Record>(), &record));
    const std::string continuation = read.records.empty()
                                         ? shard.sequence_number(read.next == 0 ? 0 : read.next - 1, now)
                                         : read.records.back().SequenceNumber;
    json::object event{{"Records", std::move(records)},
                       {"ContinuationSequenceNumber", continuation},
                       {"MillisBehindLatest", read.behind_ms}};
    if (read.ended) {
      event.erase("ContinuationSequenceNumber");
      json::array children;
      for (const ChildShard& child : children_of(stream, shard)) {
        children.push_back(wire::to_document(wire::shape_for<ChildShard>(), &child));
      }
      event["ChildShards"] = std::move(children);
    }
    return json::serialize(event);
  }

  std::shared_ptr<Subscription> subscription_;
  std::shared_ptr<void> listening_;
  Feed feed_;
  bool begins_ = true, over_ = false;
  std::string message_;
};

Result<Feed> feed_of(Kinesis& kinesis, const Call& call, Reader& reader, const SubscribeToShardInput& input) {
  const auto name = parse_consumer_arn(input.ConsumerARN);
  if (!name) return fail(invalid_argument("ConsumerARN " + input.ConsumerARN + " is not the ARN of a consumer."));
  if (!TRY(find_consumer(reader, *name, call.region))) {
    return fail(errors::ResourceNotFoundException("Consumer " + input.ConsumerARN + " not found."));
  }
  const KnownStream stream = TRY(existing_stream(kinesis, reader, name->stream));
  const ShardRow* shard = TRY(existing_shard(*stream, input.ShardId, call.now));
  const StartingPosition& from = input.StartingPosition;
  const std::uint64_t next = TRY(position_of(
      reader, *stream, *shard, {from.Type, from.SequenceNumber, from.Timestamp, "SubscribeToShard"}, call.now));
  TRY(check_not_dry(input.DryRun));
  return Feed{kinesis, *name, stream->name, stream->number, shard->number, next};
}

}  // namespace

void subscribe_to_shard(Kinesis& kinesis, Call& call, const SubscribeToShardInput& input,
                        const Completion<SubscribeToShardOutput>& done) {
  auto feed = feed_of(kinesis, call, *kinesis.store.snapshot(), input);
  if (!feed) return done(fail(std::move(feed).error()));
  const std::string shard = shard_id(feed->shard);
  auto subscription = kinesis.subscriptions->open(input.ConsumerARN, shard);
  if (subscription == nullptr) {
    return done(fail(errors::ResourceInUseException(
        "Another active subscription exists for this consumer: " + call.account + ":" + feed->stream.name + ":" +
        shard + ":" + input.ConsumerARN.substr(input.ConsumerARN.rfind('/') + 1))));
  }
  std::shared_ptr<void> listening;
  if (kinesis.wakes != nullptr) {
    listening = kinesis.wakes->listen(feed->stream.arn() + "/" + shard, [subscription] { subscription->wake(); });
  }
  call.reply.headers.emplace_back("Content-Type", "application/vnd.amazon.eventstream");
  call.reply.body = std::make_unique<SubscriptionBody>(std::move(subscription), std::move(listening), *std::move(feed));
  done(SubscribeToShardOutput{});
}

}  // namespace orrery::kinesis
