// Messages on their way into a queue, in one transaction: sent, moved to a dead-letter queue, or moved back from one.
#pragma once

#include "services/sqs/shelf/shelf.h"

namespace orrery::sqs {

class Arrivals {
 public:
  // Numbers for at most `count` messages.
  Arrivals(Sqs& sqs, Transaction& tx, QueuePtr queue, std::shared_ptr<Shelf> shelf, std::size_t count)
      : sqs_(sqs), tx_(tx), queue_(std::move(queue)), shelf_(std::move(shelf)), ticket_(shelf_->take_ticket(count)) {}

  // In order. Of a FIFO queue the content gets its sequence number.
  Result<> add(Content& content, const State& state);
  // Once all are added: they can be received when the transaction has committed.
  Result<> finish(Instant now);

 private:
  struct Come {
    Slot slot;
    Instant visible;
  };

  Sqs& sqs_;
  Transaction& tx_;
  const QueuePtr queue_;
  const std::shared_ptr<Shelf> shelf_;
  const std::shared_ptr<Ticket> ticket_;
  std::vector<Come> come_;
};

// So that somebody who listens is told at `due`, when a message becomes visible.
Result<> arm_due(Sqs& sqs, Transaction& tx, const Queue& queue, const std::shared_ptr<Shelf>& shelf, Instant due);
// So that messages go at the end of the retention period.
Result<> arm_sweep(Sqs& sqs, Transaction& tx, const Queue& queue, const std::shared_ptr<Shelf>& shelf, Instant due);

inline constexpr std::string_view kDueTimer = "sqs.due", kSweepTimer = "sqs.sweep";

}  // namespace orrery::sqs
