#include "store/store.h"

#include "store/retry.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace orrery {

KeyRange prefix_range(std::string_view prefix) {
  KeyRange range{std::string(prefix), std::string(prefix)};
  while (!range.end.empty() && range.end.back() == '\xff') range.end.pop_back();
  if (!range.end.empty()) range.end.back() = static_cast<char>(static_cast<unsigned char>(range.end.back()) + 1);
  return range;
}

Result<std::vector<std::optional<std::string>>> Reader::multi_get(std::span<const std::string> keys) {
  std::vector<std::optional<std::string>> values;
  values.reserve(keys.size());
  for (const std::string& key : keys) values.push_back(TRY(get(key)));
  return values;
}

Result<> Transaction::erase_range(const KeyRange& range) {
  const std::unique_ptr<Cursor> cursor = scan(range);
  while (cursor->next()) TRY(erase(cursor->key()));
  return cursor->status();
}

Result<> Store::wait_durable(Sequence sequence) {
  std::mutex mutex;
  std::condition_variable arrived;
  std::optional<Result<>> outcome;
  on_durable(sequence, [&](Result<> result) {
    // Notified under the lock: after it is released, the variables here may be gone.
    const std::lock_guard lock(mutex);
    outcome = std::move(result);
    arrived.notify_one();
  });
  std::unique_lock lock(mutex);
  arrived.wait(lock, [&] { return outcome.has_value(); });
  return *std::move(outcome);
}

namespace store {

namespace {

constexpr int kMostAttempts = 100;
constexpr std::uint64_t kLongestPauseUs = 20'000;

// Losers of one race must not meet again: each waits a random share of a span that doubles. Not a source of randomness
// for anything that a caller sees, hence not `Random`.
void back_off(int attempt) {
  static thread_local std::uint64_t state = std::hash<std::thread::id>()(std::this_thread::get_id()) | 1;
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  const std::uint64_t span_us = std::min<std::uint64_t>(kLongestPauseUs, std::uint64_t{20} << std::min(attempt, 10));
  std::this_thread::sleep_for(std::chrono::microseconds(state % span_us));
}

}  // namespace

Result<> retry_conflicts(const std::function<Result<>(int)>& attempt) {
  for (int i = 0; i < kMostAttempts; ++i) {
    Result<> outcome = attempt(i);
    if (outcome || outcome.error().kind != Error::Kind::Conflict) return outcome;
    if (i > 0) back_off(i);  // the first loser reruns at once: its rival has committed
  }
  return fail(internal_error("a transaction lost " + std::to_string(kMostAttempts) +
                             " races in a row against others that write the same keys"));
}

}  // namespace store
}  // namespace orrery
