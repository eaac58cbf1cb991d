#include "http/worker.h"

#include "http/connection.h"

#include <cstring>

namespace orrery::http {

void Buffer::grow(std::size_t size, std::size_t keep_bytes) {
  std::unique_ptr<char[]> larger(new char[size]);
  std::memcpy(larger.get(), data.get(), keep_bytes);
  data = std::move(larger);
  capacity = size;
}

void Census::leave() {
  if (--count_ > 0) return;
  const std::lock_guard lock(mutex_);
  none_.notify_all();
}

bool Census::wait_for_none(int timeout_ms) {
  std::unique_lock lock(mutex_);
  return none_.wait_for(lock, std::chrono::milliseconds(timeout_ms), [this] { return count_ == 0; });
}

Worker::Worker(const Limits& limits, Census& census) : limits_(limits), census_(census) {}

std::unique_ptr<Scratch> Worker::borrow_scratch() {
  if (scratch_.empty()) return std::make_unique<Scratch>();
  auto last = std::move(scratch_.back());
  scratch_.pop_back();
  return last;
}

void Worker::give_back(std::unique_ptr<Scratch> scratch) {
  if (scratch_.size() < 64 && scratch->input.capacity == Scratch::kSize && scratch->output.capacity() <= Scratch::kSize)
    scratch_.push_back(std::move(scratch));
}

std::unique_ptr<Buffer> Worker::borrow_large() {
  if (large_.empty()) return std::make_unique<Buffer>(kLargeBuffer);
  auto last = std::move(large_.back());
  large_.pop_back();
  return last;
}

void Worker::give_back(std::unique_ptr<Buffer> large) {
  if (large_.size() < 4) large_.push_back(std::move(large));
}

void Worker::set_deadline(TimerWheel::Entry& entry, int after_ms) {
  wheel_.arm(entry, after_ms);
  if (!ticking_) schedule_tick();
}

void Worker::schedule_tick() {
  ticking_ = true;
  tick_.expires_after(std::chrono::milliseconds(TimerWheel::kTickMs));
  tick_.async_wait([this](const boost::system::error_code& ec) {
    ticking_ = false;
    if (ec) return;
    wheel_.tick();
    if (!wheel_.empty() && !ticking_) schedule_tick();
  });
}

void Worker::add(Connection& connection) {
  connection.slot = connections_.size();
  connections_.push_back(&connection);
}

void Worker::remove(Connection& connection) {
  Connection* last = connections_.back();
  last->slot = connection.slot;
  connections_[connection.slot] = last;
  connections_.pop_back();
}

void Worker::retire(const ListenerState* listener) {
  for (Connection* connection : connections_)
    if (listener == nullptr || connection->listener() == listener) connection->retire();
}

void Worker::cut_all() {
  for (Connection* connection : connections_) connection->cut();
}

void Worker::begin_stop() {
  stopping_ = true;
  retire(nullptr);
}

}  // namespace orrery::http
