#include "background/agenda.h"

#include "background/rows.h"
#include "store/key.h"

#include <algorithm>

namespace orrery::background {
namespace {

// The machine's instant at which the Orrery's clock shows `due`; nullopt: never by itself.
std::optional<Instant> machine_instant(const Clock& clock, Instant due) {
  const Clock::State state = clock.state();
  switch (state.mode) {
    case Clock::Mode::Running:
      return due;
    case Clock::Mode::Offset:
      return due - state.offset;
    case Clock::Mode::Frozen:
      if (due <= state.frozen_at) return Instant();
      return std::nullopt;
  }
  __builtin_unreachable();
}

// The same for a moment that is counted in monotonic microseconds.
Instant machine_instant_us(const Clock& clock, std::int64_t at_us) {
  const std::int64_t left_us = at_us - clock.monotonic_us();
  if (left_us <= 0) return {};
  return clock.machine_now() + Millis(left_us / 1000 + 1);
}

std::string seconds(std::int64_t us) {
  return std::to_string(us / 1'000'000) + "." + std::to_string(us / 100'000 % 10);
}

}  // namespace

Millis back_off(int failures) {
  constexpr int kLongest = 60;
  const int doublings = std::clamp(failures - 1, 0, 6);
  return std::chrono::seconds(std::min(kLongest, 1 << doublings));
}

Lane::Lane(const std::string& name) : kind(name), queue(outbox_prefix(name)) {}

Agenda::Agenda() : timers(KeyWriter(KeyKind::Timer).take()) {}

bool Agenda::settled(const Clock& clock) const {
  if (busy || holds > 0 || !inbox.empty() || !deliveries.empty() || !retries_.empty()) return false;
  const std::optional<Instant> due = next_due();
  return !due || *due > clock.now();
}

std::optional<Instant> Agenda::next_due() const {
  std::optional<Instant> soonest = timers.due();
  for (const auto& [kind, lane] : lanes) {
    const std::optional<Instant> due = lane.queue.due();
    if (due && (!soonest || *due < *soonest)) soonest = due;
  }
  return soonest;
}

std::optional<Instant> Agenda::wake_at(const Clock& clock) const {
  std::optional<Instant> wake;
  const auto consider = [&](std::optional<Instant> at) {
    if (at && (!wake || *at < *wake)) wake = at;
  };
  const auto consider_queue = [&](const Queue& queue) {
    const std::optional<Instant> due = queue.due();
    std::optional<Instant> at = due ? machine_instant(clock, *due) : std::nullopt;
    if (at && queue.paused_until_us > 0) at = std::max(*at, machine_instant_us(clock, queue.paused_until_us));
    consider(at);
  };
  if (!inbox.empty()) consider(machine_instant_us(clock, inbox_paused_until_us));
  if (!retries_.empty()) consider(machine_instant_us(clock, retries_.begin()->first));
  consider_queue(timers);
  for (const auto& [kind, lane] : lanes) {
    if (!lane.full()) {
      consider_queue(lane.queue);
    } else if (!lane.family.empty() && ready(lane.queue, clock)) {
      consider(machine_instant_us(clock, lane.asked_us + Lane::kAskAgainUs));
    }
  }
  return wake;
}

std::string Agenda::what_hangs(const Clock& clock) const {
  constexpr int kMostNames = 5;
  const std::int64_t now_us = clock.monotonic_us();
  std::string text;
  int names = 0;
  const auto add = [&](const std::string& part) {
    if (++names <= kMostNames) text += (text.empty() ? "" : "; ") + part;
  };
  if (busy && !doing.empty()) add(doing + ", running for " + seconds(now_us - doing_since_us) + " s");
  for (const auto& [number, delivery] : deliveries) {
    add("message " + delivery.lane->kind + " " + delivery.id + ", under way for " +
        seconds(now_us - delivery.began_us) + " s");
  }
  for (const auto& [key, timer] : failed) {
    add("timer " + timer.kind + " " + timer.id + ", which failed " + std::to_string(timer.failures) +
        " times: " + timer.error);
  }
  if (holds > 0) add(std::to_string(holds) + " invocation(s) from outside, not ended");
  for (const auto& [kind, lane] : lanes) {
    const std::optional<Instant> due = lane.queue.due();
    if (due && *due <= clock.now()) add("messages " + kind + ", due and not yet delivered");
  }
  if (const std::optional<Instant> due = timers.due(); due && *due <= clock.now()) add("timers that are due");
  if (names > kMostNames) text += "; and " + std::to_string(names - kMostNames) + " more";
  return text.empty() ? "the worker" : text;
}

void Agenda::retry_timer(const std::string& key, FailedTimer failed_timer) {
  forget_failure(key);
  retries_.emplace(*failed_timer.retry_at_us, key);
  failed.emplace(key, std::move(failed_timer));
}

void Agenda::forget_failure(const std::string& key) {
  const auto found = failed.find(key);
  if (found == failed.end()) return;
  if (found->second.retry_at_us) retries_.erase({*found->second.retry_at_us, key});
  failed.erase(found);
}

void Agenda::requeue_failed(std::int64_t now_us) {
  while (!retries_.empty() && retries_.begin()->first <= now_us) {
    const std::string key = retries_.begin()->second;
    retries_.erase(retries_.begin());
    failed.at(key).retry_at_us.reset();
    timers.lower(key);
  }
}

bool Agenda::ready(const Queue& queue, const Clock& clock) {
  const std::optional<Instant> due = queue.due();
  return due && *due <= clock.now() && (queue.paused_until_us == 0 || queue.paused_until_us <= clock.monotonic_us());
}

bool Agenda::begin(Queue& queue, const std::string& key, std::string what, const Clock& clock) {
  const std::lock_guard lock(mutex);
  if (stopping || queue.overtaken(key)) {
    queue.lower(key);
    return false;
  }
  doing = std::move(what);
  doing_since_us = clock.monotonic_us();
  return true;
}

void Agenda::timer_filed(const std::string& key, const std::optional<std::string>& former) {
  const std::lock_guard lock(mutex);
  if (!failed.empty()) {
    forget_failure(key);
    if (former) forget_failure(*former);
  }
  timers.lower(key);
  work.notify_one();
}

void Agenda::timer_removed(const std::string& key) {
  const std::lock_guard lock(mutex);
  forget_failure(key);
  changed.notify_all();
}

void Agenda::message_filed(const std::string& kind, const std::string& key) {
  const std::lock_guard lock(mutex);
  Lane* lane = lane_of(kind);
  if (lane == nullptr) return;  // stays in the store until a version that knows the kind starts
  lane->queue.lower(key);
  work.notify_one();
}

void Agenda::complete(std::uint64_t delivery, std::optional<Delivered> delivered) {
  const std::lock_guard lock(mutex);
  if (!running || deliveries.count(delivery) == 0) return;  // stopped meanwhile: delivered again at the next start
  inbox.push_back({delivery, std::move(delivered)});
  work.notify_one();
}

void Agenda::clock_changed() {
  const std::lock_guard lock(mutex);
  work.notify_one();
  changed.notify_all();
}

void Agenda::add_hold() {
  const std::lock_guard lock(mutex);
  ++holds;
}

void Agenda::release_hold() {
  const std::lock_guard lock(mutex);
  --holds;
  changed.notify_all();
}

bool Agenda::knows_lane(const std::string& kind) {
  const std::lock_guard lock(mutex);
  if (lanes.count(kind) > 0) return true;
  const auto slash = kind.find('/');
  return slash != std::string::npos && families.contains(std::string_view(kind).substr(0, slash));
}

Lane* Agenda::lane_of(const std::string& kind) {
  if (const auto known = lanes.find(kind); known != lanes.end()) return &known->second;
  const auto slash = kind.find('/');
  if (slash == std::string::npos || !families.contains(std::string_view(kind).substr(0, slash))) return nullptr;
  Lane& lane = lanes.try_emplace(kind, kind).first->second;
  lane.family = kind.substr(0, slash);
  lane.concurrency = 1;  // until it is asked for
  return &lane;
}

std::vector<Lane*> Agenda::lanes_with_work(const Clock& clock) {
  std::vector<Lane*> found;
  const std::lock_guard lock(mutex);
  for (auto at = lanes.begin(); at != lanes.end();) {
    Lane& lane = at->second;
    if (!lane.family.empty() && lane.in_flight.empty() && !lane.queue.due()) {
      at = lanes.erase(at);
      continue;
    }
    if (ready(lane.queue, clock)) found.push_back(&lane);
    ++at;
  }
  return found;
}

}  // namespace orrery::background
