#include "services/cloudwatch/publishing/publisher.h"

#include "base/log.h"

namespace orrery::cloudwatch {
namespace {

// Writing may take a twentieth of the time: what there is is written once a second as long as it is little, up to every
// ten seconds where there are thousands of metrics; and when a minute is over, whose sums are then complete.
constexpr std::chrono::seconds kEvery{1};
constexpr int kSeldom = 10;
constexpr std::size_t kMetricsASecond = 1'000;  // at some 50 us each
constexpr std::size_t kMostGathered = 10'000;   // in one place; then what comes is written earlier

// Threads are numbered as they come; those of a server live as long as it does.
std::size_t number_of_thread() {
  static std::atomic<std::size_t> next = 0;
  thread_local const std::size_t number = next++;
  return number;
}

}  // namespace

void Publisher::publish(const PublishedMetric& metric, double value) {
  if (stopping_) return;
  const std::int64_t at_s = epoch_ms(metric.at ? *metric.at : clock_.now()) / 1000;
  Place& place = places_[number_of_thread() % places_.size()];
  std::size_t size = 0;
  {
    const std::lock_guard lock(place.mutex);
    place.gathering.add(metric, at_s, value);
    size = place.gathering.size();
  }
  if (size >= kMostGathered && !full_.exchange(true)) changed_.notify_all();
}

void Publisher::flush() {
  const std::lock_guard one(flushing_);
  full_ = false;
  Arrivals arrivals;
  for (Place& place : places_) {
    Gathering taken;
    {
      const std::lock_guard lock(place.mutex);
      std::swap(taken, place.gathering);
    }
    taken.move_to(arrivals);
  }
  if (arrivals.empty()) return;
  const auto written = store_.transact([&](Transaction& tx) { return store_arrivals(tx, arrivals, clock_.now()); });
  if (!written) log::warning("metrics cannot be written", {{"reason", written.error().message}});
}

std::size_t Publisher::gathered() {
  std::size_t sum = 0;
  for (Place& place : places_) {
    const std::lock_guard lock(place.mutex);
    sum += place.gathering.size();
  }
  return sum;
}

void Publisher::run() {
  std::unique_lock lock(mutex_);
  std::int64_t minute = epoch_ms(clock_.now()) / 60'000;
  int waited = 0;
  while (!stopping_) {
    changed_.wait_for(lock, kEvery, [this] { return stopping_ || full_; });
    lock.unlock();
    const std::int64_t now_minute = epoch_ms(clock_.now()) / 60'000;
    ++waited;
    const bool due = static_cast<std::size_t>(waited) * kMetricsASecond >= gathered() || waited >= kSeldom;
    if (due || full_ || now_minute != minute) {
      flush();
      waited = 0;
      minute = now_minute;
    }
    lock.lock();
  }
}

void Publisher::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (writer_.joinable()) writer_.join();
  flush();
}

}  // namespace orrery::cloudwatch
