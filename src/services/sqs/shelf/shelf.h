// Which messages of a queue can be received now, which are in flight and which are delayed: in memory, so that a
// receive goes to its messages' keys and walks over nothing. Made from the states in the store when a queue is first
// used after a start, and kept by what commits from then on; who receives looks at the state itself before it believes
// it.
#pragma once

#include "services/sqs/messages/stored.h"
#include "services/sqs/queues/records.h"
#include "services/wakes.h"

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <unordered_map>
#include <vector>

namespace orrery::sqs {

// A message that can be received.
struct Slot {
  MessageNumber number = 0;
  Instant sent;
  std::string group;
};

struct Counts {
  std::size_t visible = 0, in_flight = 0, delayed = 0;
};

class Shelf;

// Messages that nobody else is given. What is not settled goes back when the claim does.
class Claim {
 public:
  Claim(std::shared_ptr<Shelf> shelf, std::vector<Slot> slots);
  ~Claim();
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;

  const std::vector<Slot>& slots() const { return slots_; }
  void in_flight(std::size_t index, Instant until);
  void gone(std::size_t index);

 private:
  const std::shared_ptr<Shelf> shelf_;
  std::vector<Slot> slots_;
  std::vector<bool> settled_;
};

// Numbers for new messages. In a FIFO queue nothing behind them is given to anybody until this is let go of: after the
// commit, or when there was none.
class Ticket {
 public:
  Ticket(std::shared_ptr<Shelf> shelf, MessageNumber first) : shelf_(std::move(shelf)), first_(first) {}
  ~Ticket();
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;
  MessageNumber first() const { return first_; }
  // What the transaction has to write down, so that no number comes twice; nullopt: nothing.
  std::optional<MessageNumber> bound;

 private:
  const std::shared_ptr<Shelf> shelf_;
  const MessageNumber first_;
};

class Shelf : public std::enable_shared_from_this<Shelf> {
 public:
  Shelf(std::uint64_t number, std::string arn, bool fifo, Wakes& wakes)
      : number_(number), arn_(std::move(arn)), fifo_(fifo), wakes_(wakes) {}

  std::uint64_t number() const { return number_; }
  const std::string& arn() const { return arn_; }
  bool heard() const { return wakes_.heard(arn_); }

  // Once, before anything else.
  Result<> load(Reader& reader, const Queue& queue, Instant now);

  std::shared_ptr<Ticket> take_ticket(std::size_t count);
  void bound_is(MessageNumber bound);
  // After a commit: a message has come.
  void add(const Slot& slot, Instant visible, Instant now);
  // At most `most` of those that can be received, oldest first; those too old are put aside.
  std::shared_ptr<Claim> claim(std::size_t most, const Queue& queue, Instant now);
  // After a commit: a message in flight is visible then.
  void change(MessageNumber number, Instant visible, Instant now);
  // After a commit: a message is not there any more.
  void remove(MessageNumber number);
  void remove_below(MessageNumber number);

  Counts counts(const Queue& queue, Instant now);
  std::size_t in_flight(Instant now);
  // Of all messages; walks over those that wait.
  std::optional<Instant> oldest();
  // About the same, of those that can be received, at once.
  std::optional<Instant> first_sent();
  // Once a second of the Orrery's clock.
  bool counts_are_due(Instant now);
  // When the next message becomes visible.
  std::optional<Instant> next_due(Instant now);
  // Messages that were too old, to be erased; at most `most`, the same ones until they are forgotten.
  std::vector<MessageNumber> see_expired(const Queue& queue, Instant now, std::size_t most);
  void forget_expired(const std::vector<MessageNumber>& numbers);
  MessageNumber next_number();

  // Timers that are armed, as far as this process knows.
  struct Armed {
    std::optional<Instant> due, sweep;
  };
  Armed armed();
  void armed_due(std::optional<Instant> due);
  void armed_sweep(std::optional<Instant> sweep);
  // Keys of deduplication ids, and of receive attempts, that may be forgotten: at most `most` of those that end before
  // `now`.
  void remember_duplicate(Instant until, std::string key);
  std::vector<std::string> take_old_duplicates(Instant now, std::size_t most);
  void remember_attempt(Instant until, std::string key);
  std::vector<std::string> take_old_attempts(Instant now, std::size_t most);

 private:
  friend class Claim;
  friend class Ticket;

  using Passing = std::deque<std::pair<Instant, std::string>>;
  struct Fresh {
    MessageNumber number;
    Instant sent;
  };
  struct Waiting {
    Instant visible, sent;
    bool in_flight = false;
    std::string group;
  };
  // Messages of a group are received in order, and not while others of it are in flight.
  struct Group {
    std::map<MessageNumber, Instant> ready;
    std::set<MessageNumber> delayed;
    std::size_t out = 0;  // claimed or in flight
    std::optional<MessageNumber> listed;
  };

  static std::vector<std::string> take_old(Passing& passing, Instant now, std::size_t most);
  void put(const Slot& slot);
  void put_waiting(const Slot& slot, Instant visible, bool in_flight);
  std::optional<Waiting> pull_waiting(MessageNumber number);
  void promote(Instant now);
  void relist(const std::string& name, Group& group);
  void take_standard(std::size_t most, const Queue& queue, Instant now, std::vector<Slot>& out);
  void take_fifo(std::size_t most, const Queue& queue, Instant now, std::vector<Slot>& out);
  void leave_group(const std::string& name);
  bool something_ready() const;
  void wake() const { wakes_.wake(arn_); }

  const std::uint64_t number_;
  const std::string arn_;
  const bool fifo_;
  Wakes& wakes_;

  std::mutex mutex_;  // of all below
  MessageNumber next_ = 1, bound_ = 1;
  std::deque<Fresh> fresh_;                 // standard queues: never received, in order
  std::map<MessageNumber, Instant> again_;  // … received, or delayed, and visible again
  std::unordered_map<std::string, Group> groups_;
  std::map<MessageNumber, std::string> heads_;  // of groups that can be received from
  std::size_t ready_ = 0;                       // of FIFO queues
  std::multiset<MessageNumber> pending_;        // first numbers of tickets
  std::unordered_map<MessageNumber, Waiting> waiting_;
  std::set<std::pair<Instant, MessageNumber>> dues_;
  std::size_t claimed_ = 0, in_flight_ = 0;
  std::set<MessageNumber> expired_;
  Armed armed_;
  Instant counted_;
  Passing duplicates_, attempts_;
};

// The shelves of all queues that were used since the start.
class Shelves {
 public:
  explicit Shelves(Wakes& wakes) : wakes_(wakes) {}
  Result<std::shared_ptr<Shelf>> of(Store& store, const Queue& queue, Instant now);
  void drop(std::uint64_t number);

 private:
  struct Place {
    std::mutex loading;
    std::shared_ptr<Shelf> shelf;  // nullptr: not loaded
  };
  Wakes& wakes_;
  std::mutex mutex_;
  std::unordered_map<std::uint64_t, std::shared_ptr<Place>> places_;
};

}  // namespace orrery::sqs
