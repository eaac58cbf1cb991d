#include "background/queue.h"

namespace orrery::background {

Queue::Queue(const std::string& prefix) : range_(prefix_range(prefix)), next_(range_.begin) {}

void Queue::restart() {
  next_ = range_.begin;
  written_.reset();
  paused_until_us = 0;
}

void Queue::lower(std::string_view key) {
  if (!next_ || key < *next_) next_ = key;
  if (!written_ || key < *written_) written_ = key;
}

KeyRange Queue::begin_scan() {
  written_.reset();
  return {next_.value_or(range_.end), range_.end};
}

void Queue::finish_scan(const std::optional<std::string>& next) {
  next_ = next;
  // What was committed after the scan's snapshot was taken is told here after its commit, hence after begin_scan().
  if (written_ && (!next_ || *written_ < *next_)) next_ = written_;
}

std::optional<Instant> Queue::due() const {
  if (!next_) return std::nullopt;
  return due_of(*next_);
}

Instant Queue::due_of(std::string_view key) const {
  const std::size_t at = range_.begin.size();
  if (key.size() < at + 8) return {};  // the head of the queue, not looked at yet
  std::uint64_t ms = 0;
  for (std::size_t i = at; i < at + 8; ++i) ms = ms << 8 | static_cast<unsigned char>(key[i]);
  return instant_from_ms(static_cast<long long>(ms));
}

}  // namespace orrery::background
