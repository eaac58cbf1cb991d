#include "services/sqs/shelf/shelf.h"

#include <algorithm>

namespace orrery::sqs {
namespace {

// Numbers are promised in the store by so many at a time.
constexpr MessageNumber kNumbersAhead = 4096;

}  // namespace

Claim::Claim(std::shared_ptr<Shelf> shelf, std::vector<Slot> slots)
    : shelf_(std::move(shelf)), slots_(std::move(slots)), settled_(slots_.size(), false) {}

Claim::~Claim() {
  bool returned = false;
  {
    const std::lock_guard lock(shelf_->mutex_);
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      if (settled_[i]) continue;
      --shelf_->claimed_;
      shelf_->leave_group(slots_[i].group);
      shelf_->put(slots_[i]);
      returned = true;
    }
  }
  if (returned) shelf_->wake();
}

void Claim::in_flight(std::size_t index, Instant until) {
  const std::lock_guard lock(shelf_->mutex_);
  settled_[index] = true;
  --shelf_->claimed_;
  shelf_->put_waiting(slots_[index], until, true);
}

void Claim::gone(std::size_t index) {
  bool others = false;
  {
    const std::lock_guard lock(shelf_->mutex_);
    settled_[index] = true;
    --shelf_->claimed_;
    shelf_->leave_group(slots_[index].group);
    others = shelf_->something_ready();
  }
  if (others) shelf_->wake();
}

Ticket::~Ticket() {
  bool others = false;
  {
    const std::lock_guard lock(shelf_->mutex_);
    if (!shelf_->fifo_) return;
    shelf_->pending_.erase(shelf_->pending_.find(first_));
    others = shelf_->something_ready();
  }
  if (others) shelf_->wake();
}

bool Shelf::something_ready() const { return fifo_ ? !heads_.empty() : !fresh_.empty() || !again_.empty(); }

std::shared_ptr<Ticket> Shelf::take_ticket(std::size_t count) {
  const std::lock_guard lock(mutex_);
  auto ticket = std::make_shared<Ticket>(shared_from_this(), next_);
  if (fifo_) pending_.insert(next_);
  next_ += count;
  if (next_ > bound_) ticket->bound = next_ + kNumbersAhead;
  return ticket;
}

void Shelf::bound_is(MessageNumber bound) {
  const std::lock_guard lock(mutex_);
  bound_ = std::max(bound_, bound);
}

MessageNumber Shelf::next_number() {
  const std::lock_guard lock(mutex_);
  return next_;
}

void Shelf::relist(const std::string& name, Group& group) {
  if (group.listed) heads_.erase(*group.listed);
  group.listed.reset();
  const bool blocked = group.out > 0 || group.ready.empty() ||
                       (!group.delayed.empty() && *group.delayed.begin() < group.ready.begin()->first);
  if (!blocked) {
    group.listed = group.ready.begin()->first;
    heads_[*group.listed] = name;
  } else if (group.out == 0 && group.ready.empty() && group.delayed.empty()) {
    groups_.erase(name);
  }
}

void Shelf::leave_group(const std::string& name) {
  if (!fifo_) return;
  const auto group = groups_.find(name);
  if (group == groups_.end()) return;
  --group->second.out;
  relist(name, group->second);
}

void Shelf::put(const Slot& slot) {
  if (!fifo_) {
    if (fresh_.empty() || fresh_.back().number < slot.number) {
      fresh_.push_back({slot.number, slot.sent});
    } else {
      again_[slot.number] = slot.sent;
    }
    return;
  }
  Group& group = groups_[slot.group];
  if (group.ready.try_emplace(slot.number, slot.sent).second) ++ready_;
  relist(slot.group, group);
}

void Shelf::put_waiting(const Slot& slot, Instant visible, bool in_flight) {
  waiting_[slot.number] = {visible, slot.sent, in_flight, slot.group};
  dues_.emplace(visible, slot.number);
  if (in_flight) ++in_flight_;
  if (fifo_ && !in_flight) {
    Group& group = groups_[slot.group];
    group.delayed.insert(slot.number);
    relist(slot.group, group);
  }
}

// In a FIFO queue its group is left as well.
std::optional<Shelf::Waiting> Shelf::pull_waiting(MessageNumber number) {
  const auto found = waiting_.find(number);
  if (found == waiting_.end()) return std::nullopt;
  Waiting out = std::move(found->second);
  waiting_.erase(found);
  dues_.erase({out.visible, number});
  if (out.in_flight) --in_flight_;
  if (!fifo_) return out;
  if (out.in_flight) {
    leave_group(out.group);
  } else if (const auto group = groups_.find(out.group); group != groups_.end()) {
    group->second.delayed.erase(number);
    relist(out.group, group->second);
  }
  return out;
}

void Shelf::promote(Instant now) {
  while (!dues_.empty() && dues_.begin()->first <= now) {
    const MessageNumber number = dues_.begin()->second;
    const auto waited = pull_waiting(number);
    put({number, waited->sent, waited->group});
  }
}

void Shelf::add(const Slot& slot, Instant visible, Instant now) {
  {
    const std::lock_guard lock(mutex_);
    if (visible > now) {
      put_waiting(slot, visible, false);
      return;
    }
    put(slot);
  }
  wake();
}

void Shelf::take_standard(std::size_t most, const Queue& queue, Instant now, std::vector<Slot>& out) {
  const auto take = [&](MessageNumber number, Instant sent) {
    if (number < queue.purged_below) return;
    if (queue.expired(sent, now)) {
      expired_.insert(number);
    } else {
      out.push_back({number, sent, {}});
    }
  };
  while (out.size() < most && !again_.empty()) {
    const auto [number, sent] = *again_.begin();
    again_.erase(again_.begin());
    take(number, sent);
  }
  while (out.size() < most && !fresh_.empty()) {
    const Fresh first = fresh_.front();
    fresh_.pop_front();
    take(first.number, first.sent);
  }
}

// "SQS first tries to return as many messages with the same message group ID as possible"
// (docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html).
void Shelf::take_fifo(std::size_t most, const Queue& queue, Instant now, std::vector<Slot>& out) {
  const MessageNumber fence = pending_.empty() ? ~MessageNumber{0} : *pending_.begin();
  while (out.size() < most && !heads_.empty() && heads_.begin()->first < fence) {
    const std::string name = heads_.begin()->second;
    Group& group = groups_.find(name)->second;
    while (out.size() < most && !group.ready.empty()) {
      const auto [number, sent] = *group.ready.begin();
      if (number >= fence || (!group.delayed.empty() && *group.delayed.begin() < number)) break;
      group.ready.erase(group.ready.begin());
      --ready_;
      if (number < queue.purged_below) continue;
      if (queue.expired(sent, now)) {
        expired_.insert(number);
        continue;
      }
      ++group.out;
      out.push_back({number, sent, name});
    }
    relist(name, group);
  }
}

std::shared_ptr<Claim> Shelf::claim(std::size_t most, const Queue& queue, Instant now) {
  std::vector<Slot> slots;
  const std::lock_guard lock(mutex_);
  promote(now);
  if (fifo_) {
    take_fifo(most, queue, now, slots);
  } else {
    take_standard(most, queue, now, slots);
  }
  if (slots.empty()) return nullptr;
  claimed_ += slots.size();
  return std::make_shared<Claim>(shared_from_this(), std::move(slots));
}

void Shelf::change(MessageNumber number, Instant visible, Instant now) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = waiting_.find(number);
    if (found == waiting_.end()) return;
    if (visible > now) {
      dues_.erase({found->second.visible, number});
      found->second.visible = visible;
      dues_.emplace(visible, number);
      return;
    }
    const auto waited = pull_waiting(number);
    put({number, waited->sent, waited->group});
  }
  wake();
}

void Shelf::remove(MessageNumber number) {
  bool others = false;
  {
    const std::lock_guard lock(mutex_);
    // One that was visible again: who claims it finds that it is not there.
    if (!pull_waiting(number) && !fifo_) again_.erase(number);
    others = fifo_ && something_ready();
  }
  if (others) wake();
}

void Shelf::remove_below(MessageNumber bound) {
  const std::lock_guard lock(mutex_);
  std::erase_if(fresh_, [&](const Fresh& one) { return one.number < bound; });
  expired_.erase(expired_.begin(), expired_.lower_bound(bound));
  again_.erase(again_.begin(), again_.lower_bound(bound));
  std::vector<MessageNumber> below;
  for (const auto& [number, waited] : waiting_) {
    if (number < bound) below.push_back(number);
  }
  for (const MessageNumber number : below) pull_waiting(number);
  std::vector<std::string> names;
  names.reserve(groups_.size());
  for (const auto& [name, group] : groups_) names.push_back(name);
  for (const std::string& name : names) {
    Group& group = groups_.find(name)->second;
    const auto end = group.ready.lower_bound(bound);
    ready_ -= static_cast<std::size_t>(std::distance(group.ready.begin(), end));
    group.ready.erase(group.ready.begin(), end);
    relist(name, group);
  }
}

Counts Shelf::counts(const Queue& queue, Instant now) {
  const std::lock_guard lock(mutex_);
  promote(now);
  while (!fresh_.empty() && queue.expired(fresh_.front().sent, now)) {
    expired_.insert(fresh_.front().number);
    fresh_.pop_front();
  }
  for (auto one = again_.begin(); one != again_.end();) {
    if (!queue.expired(one->second, now)) {
      ++one;
      continue;
    }
    expired_.insert(one->first);
    one = again_.erase(one);
  }
  Counts counts;
  counts.visible = claimed_ + (fifo_ ? ready_ : fresh_.size() + again_.size());
  counts.in_flight = in_flight_;
  counts.delayed = waiting_.size() - in_flight_;
  return counts;
}

std::size_t Shelf::in_flight(Instant now) {
  const std::lock_guard lock(mutex_);
  promote(now);
  return in_flight_;
}

std::optional<Instant> Shelf::oldest() {
  const std::lock_guard lock(mutex_);
  std::optional<Instant> oldest;
  const auto see = [&](Instant sent) { oldest = oldest ? std::min(*oldest, sent) : sent; };
  if (!fresh_.empty()) see(fresh_.front().sent);
  if (!again_.empty()) see(again_.begin()->second);
  for (const auto& [name, group] : groups_) {
    if (!group.ready.empty()) see(group.ready.begin()->second);
  }
  for (const auto& [number, waited] : waiting_) see(waited.sent);
  return oldest;
}

std::optional<Instant> Shelf::first_sent() {
  const std::lock_guard lock(mutex_);
  std::optional<Instant> first;
  const auto see = [&](Instant sent) { first = first ? std::min(*first, sent) : sent; };
  if (!fresh_.empty()) see(fresh_.front().sent);
  if (!again_.empty()) see(again_.begin()->second);
  if (!heads_.empty()) see(groups_.find(heads_.begin()->second)->second.ready.begin()->second);
  return first;
}

bool Shelf::counts_are_due(Instant now) {
  const std::lock_guard lock(mutex_);
  if (now >= counted_ && now - counted_ < Millis(1000)) return false;
  counted_ = now;
  return true;
}

std::optional<Instant> Shelf::next_due(Instant now) {
  const std::lock_guard lock(mutex_);
  promote(now);
  return dues_.empty() ? std::nullopt : std::optional(dues_.begin()->first);
}

std::vector<MessageNumber> Shelf::see_expired(const Queue& queue, Instant now, std::size_t most) {
  counts(queue, now);
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  names.reserve(groups_.size());
  for (const auto& [name, group] : groups_) names.push_back(name);
  for (const std::string& name : names) {
    Group& group = groups_.find(name)->second;
    while (!group.ready.empty() && queue.expired(group.ready.begin()->second, now)) {
      expired_.insert(group.ready.begin()->first);
      group.ready.erase(group.ready.begin());
      --ready_;
    }
    relist(name, group);
  }
  const auto end =
      expired_.size() > most ? std::next(expired_.begin(), static_cast<std::ptrdiff_t>(most)) : expired_.end();
  return {expired_.begin(), end};
}

void Shelf::forget_expired(const std::vector<MessageNumber>& numbers) {
  const std::lock_guard lock(mutex_);
  for (const MessageNumber number : numbers) expired_.erase(number);
}

Shelf::Armed Shelf::armed() {
  const std::lock_guard lock(mutex_);
  return armed_;
}
void Shelf::armed_due(std::optional<Instant> due) {
  const std::lock_guard lock(mutex_);
  armed_.due = due;
}
void Shelf::armed_sweep(std::optional<Instant> sweep) {
  const std::lock_guard lock(mutex_);
  armed_.sweep = sweep;
}

void Shelf::remember_duplicate(Instant until, std::string key) {
  const std::lock_guard lock(mutex_);
  duplicates_.emplace_back(until, std::move(key));
}

void Shelf::remember_attempt(Instant until, std::string key) {
  const std::lock_guard lock(mutex_);
  attempts_.emplace_back(until, std::move(key));
}

std::vector<std::string> Shelf::take_old(Passing& passing, Instant now, std::size_t most) {
  std::vector<std::string> out;
  while (!passing.empty() && out.size() < most && passing.front().first <= now) {
    out.push_back(std::move(passing.front().second));
    passing.pop_front();
  }
  return out;
}

std::vector<std::string> Shelf::take_old_duplicates(Instant now, std::size_t most) {
  const std::lock_guard lock(mutex_);
  return take_old(duplicates_, now, most);
}

std::vector<std::string> Shelf::take_old_attempts(Instant now, std::size_t most) {
  const std::lock_guard lock(mutex_);
  return take_old(attempts_, now, most);
}

}  // namespace orrery::sqs
