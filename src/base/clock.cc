#include "base/clock.h"

namespace orrery {

Instant Clock::machine_now() const { return std::chrono::floor<Millis>(std::chrono::system_clock::now()); }

std::int64_t Clock::monotonic_us() const {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

Instant Clock::now() const {
  const std::lock_guard lock(mutex_);
  switch (state_.mode) {
    case Mode::Running:
      return machine_now();
    case Mode::Offset:
      return machine_now() + state_.offset;
    case Mode::Frozen:
      return state_.frozen_at;
  }
  __builtin_unreachable();
}

Clock::State Clock::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

void Clock::set(State state) {
  {
    const std::lock_guard lock(mutex_);
    state_ = state;
  }
  for (const auto& listener : listeners_) listener();
}

void Clock::on_change(std::function<void()> listener) { listeners_.push_back(std::move(listener)); }

}  // namespace orrery
