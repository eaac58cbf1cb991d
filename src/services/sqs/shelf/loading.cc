#include "services/sqs/shelf/shelf.h"
#include "store/key.h"

#include <algorithm>

namespace orrery::sqs {

std::shared_ptr<Shelves> make_shelves(Wakes& wakes) { return std::make_shared<Shelves>(wakes); }

Result<> Shelf::load(Reader& reader, const Queue& queue, Instant now) {
  const std::lock_guard lock(mutex_);
  if (const auto bound = TRY(reader.get(message_counter_key(number_)))) {
    KeyReader stored("." + *bound);
    next_ = stored.u64();
  }
  const auto states = reader.scan(prefix_range(states_prefix(number_)));
  while (states->next()) {
    const MessageNumber number = number_in(states->key());
    next_ = std::max(next_, number + 1);
    if (number < queue.purged_below) continue;
    const State state = TRY(decode_state(states->value()));
    const Slot slot{number, state.sent, state.group};
    if (state.visible <= now) {
      put(slot);
      continue;
    }
    if (fifo_ && state.receives > 0) ++groups_[slot.group].out;
    put_waiting(slot, state.visible, state.receives > 0);
  }
  TRY(states->status());
  next_ = std::max(next_, queue.purged_below);
  bound_ = next_;
  if (!fifo_) return {};
  for (auto& [name, group] : groups_) {
    if (group.out > 0 && group.listed) {
      heads_.erase(*group.listed);
      group.listed.reset();
    }
  }
  const auto duplicates = reader.scan(prefix_range(duplicates_prefix(number_)));
  while (duplicates->next()) {
    const Duplicate duplicate = TRY(decode_duplicate(duplicates->value()));
    duplicates_.emplace_back(duplicate.until, std::string(duplicates->key()));
  }
  std::ranges::sort(duplicates_);
  TRY(duplicates->status());
  const auto attempts = reader.scan(prefix_range(attempts_prefix(number_)));
  while (attempts->next()) {
    attempts_.emplace_back(TRY(decode_attempt(attempts->value())).until, std::string(attempts->key()));
  }
  std::ranges::sort(attempts_);
  return attempts->status();
}

Result<std::shared_ptr<Shelf>> Shelves::of(Store& store, const Queue& queue, Instant now) {
  std::shared_ptr<Place> place;
  {
    const std::lock_guard lock(mutex_);
    auto& entry = places_[queue.number];
    if (entry == nullptr) entry = std::make_shared<Place>();
    place = entry;
  }
  const std::lock_guard lock(place->loading);
  if (place->shelf == nullptr) {
    auto shelf = std::make_shared<Shelf>(queue.number, queue.arn(), queue.fifo, wakes_);
    TRY(shelf->load(*store.snapshot(), queue, now));
    place->shelf = std::move(shelf);
  }
  return place->shelf;
}

void Shelves::drop(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  places_.erase(number);
}

}  // namespace orrery::sqs
