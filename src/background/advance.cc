#include "background/advance.h"

#include <algorithm>

namespace orrery::background {
namespace {
constexpr Millis kLongestWait = std::chrono::hours(24 * 365);  // keeps sums of times from overflowing
}

Result<> Winder::settle(Millis timeout) {
  std::unique_lock lock(agenda_.mutex);
  const auto over = [this] { return !agenda_.running || agenda_.settled(clock_); };
  const bool in_time = agenda_.changed.wait_for(lock, std::min<Millis>(timeout, kLongestWait), over);
  if (!agenda_.running) return fail(internal_error("the background work is not running"));
  if (in_time) return {};
  return fail(internal_error("at " + iso8601_millis(clock_.now()) + " not all has settled within " +
                             format_duration(timeout) + "; it waits for: " + agenda_.what_hangs(clock_)));
}

Result<> Winder::stop_at(Instant at, Millis settle_timeout) {
  const Clock::State state = clock_.state();
  if (state.mode != Clock::Mode::Frozen || state.frozen_at != stands_at_) {
    return fail(internal_error("the clock was set by somebody else while it was being advanced"));
  }
  stands_at_ = at;
  clock_.freeze(at);
  return settle(settle_timeout);
}

Result<> Winder::walk(Instant end, Millis settle_timeout) {
  TRY(settle(settle_timeout));
  while (true) {
    std::optional<Instant> next;
    {
      const std::lock_guard lock(agenda_.mutex);
      next = agenda_.next_due();
    }
    if (!next || *next > end) break;
    // What was committed by others since we settled may be due already: then it is part of this instant.
    TRY(stop_at(std::max(*next, stands_at_), settle_timeout));
  }
  return stop_at(end, settle_timeout);
}

Result<> Winder::advance(Millis span, Millis settle_timeout) {
  if (span < Millis(0)) {
    return fail(api_error("ValidationException", "The clock can be advanced only by a positive span of time."));
  }
  if (span == Millis(0)) return settle(settle_timeout);
  const Clock::State before = clock_.state();
  // The clock stands while we walk, also one that was running: what falls due in an instant must not depend on how long
  // the machine takes over it.
  stands_at_ = clock_.now();
  if (span > Instant::max() - std::max(stands_at_, Instant())) {
    return fail(api_error("ValidationException", "The clock cannot be advanced that far."));
  }
  const Instant end = stands_at_ + span;
  if (before.mode != Clock::Mode::Frozen) clock_.freeze(stands_at_);
  Result<> walked = walk(end, settle_timeout);
  const Clock::State after = clock_.state();
  const bool ours = after.mode == Clock::Mode::Frozen && after.frozen_at == stands_at_;
  if (before.mode != Clock::Mode::Frozen && ours) {
    clock_.set({Clock::Mode::Offset, stands_at_ - clock_.machine_now(), {}});
  }
  return walked;
}

}  // namespace orrery::background
