#include "services/events/destinations/pace.h"

#include "services/events/events.h"

#include <algorithm>

namespace orrery::events {
namespace {

constexpr std::chrono::seconds kSecond{1};
constexpr std::size_t kManyDestinations = 1'000;  // then those that rest are forgotten

}  // namespace

std::shared_ptr<Pace> make_pace() { return std::make_shared<Pace>(); }

Instant Pace::place(const std::string& destination, std::int64_t rate, Instant now) {
  const std::lock_guard lock(mutex_);
  if (places_.size() > kManyDestinations) {
    std::erase_if(places_, [&](const auto& one) { return one.second.empty() || one.second.back() + kSecond <= now; });
  }
  std::deque<Instant>& given = places_[destination];
  if (!given.empty() && given.back() > now + std::chrono::hours(24 * 366)) given.clear();  // the clock was set back
  while (given.size() > static_cast<std::size_t>(rate)) given.pop_front();
  Instant place = now;
  if (given.size() == static_cast<std::size_t>(rate)) {
    place = std::max(now, given.front() + kSecond);
    given.pop_front();
  }
  given.push_back(place);
  return place;
}

}  // namespace orrery::events
