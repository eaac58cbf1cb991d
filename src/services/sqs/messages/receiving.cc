#include "services/departure.h"
#include "services/sqs/messages/arrivals.h"
#include "services/sqs/messages/checks.h"
#include "services/sqs/messages/digest.h"
#include "services/sqs/messages/handle.h"
#include "services/sqs/metrics.h"
#include "services/sqs/operations.h"
#include "services/sqs/shelf/long_polls.h"

#include <atomic>

namespace orrery::sqs {
namespace {

// docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html and quotas-fifo.html.
constexpr std::size_t kMostInFlight = 120'000;
constexpr Millis kAttemptLife = std::chrono::minutes(5);
constexpr std::size_t kForgottenAttempts = 4;

Result<> check_receiving(const ReceiveMessageRequest& input) {
  TRY(check_range(input.MaxNumberOfMessages, "MaxNumberOfMessages", 1, 10, "Must be between 1 and 10, if provided."));
  TRY(check_range(input.WaitTimeSeconds, "WaitTimeSeconds", 0, 20, "Must be >= 0 and <= 20, if provided."));
  TRY(check_range(input.VisibilityTimeout, "VisibilityTimeout", 0, kMostVisibility_s,
                  "Must be >= 0 and <= 43200, if provided."));
  if (input.ReceiveRequestAttemptId) TRY(check_id(*input.ReceiveRequestAttemptId, "ReceiveRequestAttemptId"));
  for (const auto* names : {&input.AttributeNames, &input.MessageSystemAttributeNames}) {
    if (!*names) continue;
    for (const std::string& name : **names) {
      const auto& known = wire::shape_for<ReceiveMessageRequest>().members;
      const auto member =
          std::ranges::find(known, std::string_view("MessageSystemAttributeNames"), &wire::Member::name);
      const auto values = member->shape->element->enum_values;
      if (std::ranges::find(values, std::string_view(name)) == values.end()) {
        return fail(errors::InvalidAttributeName("Unknown Attribute " + name + "."));
      }
    }
  }
  return {};
}

// One receive within one transaction.
class Receiver {
 public:
  Receiver(Sqs& sqs, const Call& call, Instant now, Transaction& tx, const ReceiveMessageRequest& input, QueuePtr queue,
           std::shared_ptr<Shelf> shelf)
      : sqs_(sqs),
        call_(call),
        now_(now),
        tx_(tx),
        input_(input),
        queue_(std::move(queue)),
        shelf_(std::move(shelf)),
        visible_(now_ + std::chrono::seconds(input.VisibilityTimeout.value_or(queue_->visibility_s))) {}

  Result<std::vector<Message>> receive() {
    const auto most = static_cast<std::size_t>(input_.MaxNumberOfMessages.value_or(1));
    const bool attempts = queue_->fifo && input_.ReceiveRequestAttemptId;
    if (attempts && TRY(repeat())) return std::move(messages_);
    while (messages_.size() < most) {
      const auto claim = shelf_->claim(most - messages_.size(), *queue_, now_);
      if (claim == nullptr) break;
      const std::size_t before = messages_.size();
      bool moved = false;
      for (std::size_t i = 0; i < claim->slots().size(); ++i) moved = TRY(take(claim, i)) || moved;
      // Those that are gone have made way for others.
      if (!moved && messages_.size() > before) break;
    }
    if (attempts && !messages_.empty()) TRY(remember());
    if (const auto next = messages_.empty() ? shelf_->next_due(now_) : std::optional(visible_)) {
      TRY(arm_due(sqs_, tx_, *queue_, shelf_, *next));
    }
    return std::move(messages_);
  }

 private:
  // True: it was not given to the receiver, and is not there any more.
  Result<bool> take(const std::shared_ptr<Claim>& claim, std::size_t index) {
    const Slot& slot = claim->slots()[index];
    const auto bytes = TRY(tx_.get(state_key(queue_->number, slot.number)));
    if (!bytes || slot.number < queue_->purged_below) {
      tx_.on_commit([claim, index] { claim->gone(index); });
      return true;
    }
    State state = TRY(decode_state(*bytes));
    if (state.visible > now_) {
      tx_.on_commit([claim, index, until = state.visible] { claim->in_flight(index, until); });
      return false;
    }
    if (queue_->redrive && state.receives >= queue_->redrive->most_receives && TRY(bury(slot, state))) {
      tx_.on_commit([claim, index] { claim->gone(index); });
      return true;
    }
    const auto content = TRY(tx_.get_unvalidated(content_key(queue_->number, slot.number)));
    if (!content) return fail(internal_error("corrupt record: a message without its content"));
    if (state.receives++ == 0) state.first_received = now_;
    state.visible = visible_;
    state.receipt = call_.random->next();
    TRY(tx_.put(state_key(queue_->number, slot.number), encode(state)));
    tx_.on_commit([claim, index, until = state.visible, shelf = shelf_, number = slot.number, now = now_] {
      claim->in_flight(index, until);
      if (until <= now) shelf->change(number, until, now);
    });
    add(slot.number, TRY(decode_content(*content)), state);
    return false;
  }

  // Into the dead-letter queue. False: there is none.
  Result<bool> bury(const Slot& slot, const State& state) {
    const auto name = parse_queue_arn(queue_->redrive->target);
    if (!name) return false;
    const QueuePtr target = TRY(find_queue(sqs_, tx_, *name));
    // A queue that is its own dead-letter queue would move its messages for ever.
    if (target == nullptr || target->fifo != queue_->fifo || target->number == queue_->number) return false;
    const auto bytes = TRY(tx_.get_unvalidated(content_key(queue_->number, slot.number)));
    if (!bytes) return fail(internal_error("corrupt record: a message without its content"));
    Content content = TRY(decode_content(*bytes));
    content.came_from = queue_->arn();
    State moved = state;
    moved.visible = now_;
    moved.receipt = 0;
    // "For FIFO queues, the enqueue timestamp resets when the message is moved to a dead-letter queue."
    if (queue_->fifo) moved.sent = now_;
    Arrivals arrivals(sqs_, tx_, target, TRY(sqs_.shelves->of(sqs_.store, *target, now_)), 1);
    TRY(arrivals.add(content, moved));
    TRY(arrivals.finish(now_));
    TRY(tx_.erase(content_key(queue_->number, slot.number)));
    TRY(tx_.erase(state_key(queue_->number, slot.number)));
    return true;
  }

  void add(MessageNumber number, Content content, const State& state) {
    receipts_.emplace_back(number, state.receipt);
    Message& out = messages_.emplace_back();
    out.MessageId = std::move(content.id);
    out.ReceiptHandle = handle_text({queue_->number, number, state.receipt});
    out.MD5OfBody = content.body_md5;
    out.Body = std::move(content.body);
    add_system_attributes(content, state, out);
    if (!input_.MessageAttributeNames) return;
    std::erase_if(content.attributes,
                  [&](const auto& one) { return !is_wanted(*input_.MessageAttributeNames, one.first); });
    if (content.attributes.empty()) return;
    out.MD5OfMessageAttributes = md5_of(content.attributes);
    out.MessageAttributes = std::move(content.attributes);
  }

  void add_system_attributes(const Content& content, const State& state, Message& out) const {
    const auto wanted = [&](std::string_view name) {
      for (const auto* names : {&input_.AttributeNames, &input_.MessageSystemAttributeNames}) {
        if (!*names) continue;
        for (const std::string& one : **names) {
          if (one == name || one == "All") return true;
        }
      }
      return false;
    };
    std::map<std::string, std::string> attributes;
    const auto put = [&](std::string_view name, const std::string& value) {
      if (!value.empty() && wanted(name)) attributes.emplace(name, value);
    };
    namespace Names = MessageSystemAttributeName;
    put(Names::SenderId, content.sender);
    put(Names::SentTimestamp, std::to_string(epoch_ms(state.sent)));
    put(Names::ApproximateReceiveCount, std::to_string(state.receives));
    put(Names::ApproximateFirstReceiveTimestamp, std::to_string(epoch_ms(state.first_received)));
    put(Names::SequenceNumber, content.sequence);
    put(Names::MessageDeduplicationId, content.duplicate_id);
    put(Names::MessageGroupId, content.group);
    put(Names::AWSTraceHeader, content.trace_header);
    put(Names::DeadLetterQueueSourceArn, content.came_from);
    if (!attributes.empty()) out.Attributes = std::move(attributes);
  }

  // "Retrying a ReceiveMessage action with the same ReceiveRequestAttemptId returns the same messages and receipt
  // handles, and resets the visibility timeout": as long as none of them was deleted or changed.
  Result<bool> repeat() {
    const auto bytes = TRY(tx_.get(attempt_key(queue_->number, *input_.ReceiveRequestAttemptId)));
    if (!bytes) return false;
    const Attempt attempt = TRY(decode_attempt(*bytes));
    if (attempt.until <= now_) return false;
    std::vector<std::pair<MessageNumber, State>> states;
    for (const auto& [number, receipt] : attempt.receipts) {
      const auto state = TRY(tx_.get(state_key(queue_->number, number)));
      if (!state || number < queue_->purged_below) return false;
      states.emplace_back(number, TRY(decode_state(*state)));
      if (states.back().second.receipt != receipt || states.back().second.visible <= now_) return false;
    }
    for (auto& [number, state] : states) {
      state.visible = visible_;
      TRY(tx_.put(state_key(queue_->number, number), encode(state)));
      const auto content = TRY(tx_.get_unvalidated(content_key(queue_->number, number)));
      if (!content) return fail(internal_error("corrupt record: a message without its content"));
      add(number, TRY(decode_content(*content)), state);
      tx_.on_commit(
          [shelf = shelf_, number = number, visible = visible_, now = now_] { shelf->change(number, visible, now); });
    }
    return true;
  }

  // Attempts whose time is over go a few at a time, with those that come.
  Result<> forget_some() {
    for (const std::string& key : shelf_->take_old_attempts(now_, kForgottenAttempts)) {
      const auto bytes = TRY(tx_.get(key));
      if (bytes && TRY(decode_attempt(*bytes)).until <= now_) TRY(tx_.erase(key));
    }
    return {};
  }

  Result<> remember() {
    Attempt attempt;
    attempt.until = now_ + kAttemptLife;
    attempt.receipts = receipts_;
    const std::string key = attempt_key(queue_->number, *input_.ReceiveRequestAttemptId);
    TRY(tx_.put(key, encode(attempt)));
    tx_.on_commit([shelf = shelf_, key, until = attempt.until] { shelf->remember_attempt(until, key); });
    return forget_some();
  }

  Sqs& sqs_;
  const Call& call_;
  const Instant now_;
  Transaction& tx_;
  const ReceiveMessageRequest& input_;
  const QueuePtr queue_;
  const std::shared_ptr<Shelf> shelf_;
  const Instant visible_;
  std::vector<Message> messages_;
  std::vector<std::pair<MessageNumber, std::uint64_t>> receipts_;
};

struct Tried {
  QueuePtr queue;
  std::shared_ptr<Shelf> shelf;
  std::vector<Message> messages;
};

Result<Tried> try_receiving(Sqs& sqs, const Call& call, Instant now, Transaction& tx,
                            const ReceiveMessageRequest& input) {
  Tried tried;
  tried.queue = TRY(asked_queue(sqs, call, tx, input.QueueUrl));
  if (input.ReceiveRequestAttemptId && !tried.queue->fifo) {
    return fail(invalid_parameter(*input.ReceiveRequestAttemptId, "ReceiveRequestAttemptId",
                                  "The request include parameter that is not valid for this queue type"));
  }
  tried.shelf = TRY(sqs.shelves->of(sqs.store, *tried.queue, now));
  if (tried.shelf->in_flight(now) >= kMostInFlight) {
    // "To avoid reaching the quota …": a long poll gets nothing, a FIFO queue gives none, a short poll is told.
    const bool waits = input.WaitTimeSeconds.value_or(tried.queue->wait_s) > 0;
    if (waits || tried.queue->fifo) return tried;
    return fail(errors::OverLimit("Too many messages in flight: the queue has reached its limit of 120000."));
  }
  tried.messages = TRY(Receiver(sqs, call, now, tx, input, tried.queue, tried.shelf).receive());
  return tried;
}

void count(const Sqs& sqs, const Tried& tried, Instant now) {
  if (sqs.metrics == nullptr) return;
  if (tried.messages.empty()) {
    publish(sqs, *tried.queue, "NumberOfEmptyReceives", 1);
  } else {
    publish(sqs, *tried.queue, "NumberOfMessagesReceived", static_cast<double>(tried.messages.size()));
  }
  publish_counts(sqs, *tried.queue, *tried.shelf, now);
}

// A receive that may wait; it outlives the request's first step.
class Wait : public std::enable_shared_from_this<Wait> {
 public:
  using Done = std::function<void(Result<ReceiveMessageResult>)>;
  Wait(Sqs& sqs, Call& call, const ReceiveMessageRequest& input, Done done)
      : sqs_(sqs), call_(call), input_(input), done_(std::move(done)) {}

  void begin() {
    if (auto checked = check_receiving(input_); !checked) return done_(fail(std::move(checked).error()));
    if (ask(LongPolls::Last::No, Wanted::EmptyIfNoWait)) return;
    departure_ = sqs_.wakes.listen(departure_of(call_.request_id), [departed = departed_] { departed->store(true); });
    const Millis wait = std::chrono::seconds(wait_s_);
    const bool parked = sqs_.polls->park(
        arn_, wait, [self = shared_from_this()](LongPolls::Last last) { return self->ask(last, Wanted::Messages); });
    if (!parked) ask(LongPolls::Last::Yes, Wanted::Messages);
  }

 private:
  enum class Wanted : std::uint8_t { Messages, EmptyIfNoWait };

  // True: it has been answered.
  bool ask(LongPolls::Last last, Wanted wanted) {
    const bool answered = departed_->load() ? leave() : receive(last, wanted);
    // Not when this ends, which may be under the lock of the polls: who wakes them holds the lock of the wakes.
    if (answered) departure_.reset();
    return answered;
  }

  // The client is gone: a message that it were given would be lost until its visibility timeout is over.
  bool leave() {
    done_(ReceiveMessageResult());
    return true;
  }

  bool receive(LongPolls::Last last, Wanted wanted) {
    const Instant now = sqs_.clock.now();
    Sequence written = 0;
    auto tried =
        sqs_.store.transact([&](Transaction& tx) { return try_receiving(sqs_, call_, now, tx, input_); }, &written);
    if (!tried) {
      done_(fail(std::move(tried).error()));
      return true;
    }
    wait_s_ = input_.WaitTimeSeconds.value_or(tried->queue->wait_s);
    arn_ = tried->shelf->arn();
    const bool ends = last == LongPolls::Last::Yes || (wanted == Wanted::EmptyIfNoWait && wait_s_ == 0);
    if (tried->messages.empty() && !ends) return false;
    count(sqs_, *tried, now);
    answer(std::move(tried->messages), written);
    return true;
  }

  // A receipt that a power cut loses was never given.
  void answer(std::vector<Message> messages, Sequence written) {
    auto output = std::make_shared<ReceiveMessageResult>();
    if (!messages.empty()) output->Messages = std::move(messages);
    if (written == 0 || written <= sqs_.store.durable()) return done_(std::move(*output));
    sqs_.store.on_durable(written, [done = done_, output](Result<> safe) {
      if (!safe) return done(fail(std::move(safe).error()));
      done(std::move(*output));
    });
  }

  Sqs& sqs_;
  Call& call_;
  const ReceiveMessageRequest& input_;
  const Done done_;
  std::int64_t wait_s_ = 0;
  std::string arn_;
  const std::shared_ptr<std::atomic<bool>> departed_ = std::make_shared<std::atomic<bool>>(false);
  std::shared_ptr<void> departure_;  // listens while it waits
};

}  // namespace

void receive_message(Sqs& sqs, Call& call, const ReceiveMessageRequest& input,
                     std::function<void(Result<ReceiveMessageResult>)> done) {
  std::make_shared<Wait>(sqs, call, input, std::move(done))->begin();
}

Result<ReceiveMessageResult> receive_now(Sqs& sqs, Call& call, Transaction& tx, const ReceiveMessageRequest& input) {
  TRY(check_receiving(input));
  Tried tried = TRY(try_receiving(sqs, call, call.now, tx, input));
  ReceiveMessageResult output;
  if (!tried.messages.empty()) output.Messages = tried.messages;
  tx.on_commit([&sqs, tried = std::move(tried), now = call.now] { count(sqs, tried, now); });
  return output;
}

}  // namespace orrery::sqs
