#include "http/timer_wheel.h"

#include <algorithm>

namespace orrery::http {

void TimerWheel::Entry::unlink() {
  if (wheel_ == nullptr) return;
  Entry*& head = wheel_->slots_[visited_ % kSlots];
  if (head == this) head = next_;
  if (next_ != nullptr) next_->previous_ = previous_;
  if (previous_ != nullptr) previous_->next_ = next_;
  next_ = previous_ = nullptr;
  --wheel_->linked_;
  wheel_ = nullptr;
}

TimerWheel::~TimerWheel() {
  for (Entry* head : slots_)
    while (head != nullptr) {
      Entry* next = head->next_;
      head->unlink();
      head = next;
    }
}

void TimerWheel::link(Entry& entry) {
  // Beyond the horizon: looked at once a turn.
  entry.visited_ = std::min<std::uint64_t>(entry.due_, now_ + kSlots - 1);
  Entry*& head = slots_[entry.visited_ % kSlots];
  entry.next_ = head;
  if (head != nullptr) head->previous_ = &entry;
  head = &entry;
  entry.wheel_ = this;
  ++linked_;
}

void TimerWheel::arm(Entry& entry, int after_ms) {
  // One more, because the tick under way is partly over.
  entry.due_ = now_ + 1 + (static_cast<std::uint64_t>(std::max(after_ms, 0)) + kTickMs - 1) / kTickMs;
  if (entry.wheel_ != nullptr) {
    if (entry.visited_ <= entry.due_) return;  // looked at early enough, and put off then
    entry.unlink();
  }
  link(entry);
}

void TimerWheel::tick() {
  ++now_;
  Entry*& head = slots_[now_ % kSlots];
  while (head != nullptr) {  // none links itself into this slot again: all deadlines are later than now
    Entry& entry = *head;
    entry.unlink();
    if (entry.due_ == 0) continue;
    if (entry.due_ > now_) {
      link(entry);
      continue;
    }
    entry.due_ = 0;
    entry.on_deadline();
  }
}

}  // namespace orrery::http
