#include "services/sqs/messages/arrivals.h"

#include "store/key.h"

#include <algorithm>

namespace orrery::sqs {
namespace {

// "a large, non-consecutive number"; "The length of SequenceNumber is 128 bits": 20 digits.
std::string sequence_of(MessageNumber number) {
  std::string digits = std::to_string(number * 256);
  digits.insert(0, 17 - std::min<std::size_t>(17, digits.size()), '0');
  return "188" + digits;
}

// Of one number alone, so that the bytes sort and read as in keys.
std::string encode_number(MessageNumber number) { return KeyWriter(KeyKind::Meta).u64(number).take().substr(1); }

orrery::Timer timer_of(std::string_view kind, const Queue& queue, Instant due) {
  orrery::Timer timer;
  timer.kind = kind;
  timer.id = queue.arn() + "|" + std::to_string(queue.number);
  timer.due = due;
  timer.payload = queue_key(queue);
  return timer;
}

}  // namespace

Result<> Arrivals::add(Content& content, const State& state) {
  const MessageNumber number = ticket_->first() + come_.size();
  if (queue_->fifo) content.sequence = sequence_of(number);
  TRY(tx_.put(content_key(queue_->number, number), encode(content)));
  TRY(tx_.put(state_key(queue_->number, number), encode(state)));
  come_.push_back({{number, state.sent, state.group}, state.visible});
  return {};
}

Result<> Arrivals::finish(Instant now) {
  if (come_.empty()) return {};
  if (ticket_->bound) TRY(tx_.put(message_counter_key(queue_->number), encode_number(*ticket_->bound)));
  const auto first = std::ranges::min_element(come_, {}, [](const Come& one) { return one.slot.sent; });
  TRY(arm_sweep(sqs_, tx_, *queue_, shelf_, first->slot.sent + std::chrono::seconds(queue_->retention_s)));
  const auto next = std::ranges::min_element(come_, {}, &Come::visible);
  if (next->visible > now) TRY(arm_due(sqs_, tx_, *queue_, shelf_, next->visible));
  tx_.on_commit([shelf = shelf_, ticket = ticket_, come = std::move(come_), now] {
    if (ticket->bound) shelf->bound_is(*ticket->bound);
    for (const Come& one : come) shelf->add(one.slot, one.visible, now);
  });
  return {};
}

Result<> arm_due(Sqs& sqs, Transaction& tx, const Queue& queue, const std::shared_ptr<Shelf>& shelf, Instant due) {
  if (!shelf->heard()) return {};
  const auto armed = shelf->armed().due;
  if (armed && *armed <= due) return {};
  TRY(sqs.background.arm(tx, timer_of(kDueTimer, queue, due)));
  tx.on_commit([shelf, due] { shelf->armed_due(due); });
  return {};
}

Result<> arm_sweep(Sqs& sqs, Transaction& tx, const Queue& queue, const std::shared_ptr<Shelf>& shelf, Instant due) {
  const auto armed = shelf->armed().sweep;
  if (armed && *armed <= due) return {};
  TRY(sqs.background.arm(tx, timer_of(kSweepTimer, queue, due)));
  tx.on_commit([shelf, due] { shelf->armed_sweep(due); });
  return {};
}

}  // namespace orrery::sqs
