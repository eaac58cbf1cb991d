#include "services/sqs/shelf/long_polls.h"

#include "services/sqs/sqs.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace orrery::sqs {
namespace {

constexpr std::int64_t kIdle_us = 3'600'000'000;

}  // namespace

std::shared_ptr<LongPolls> make_long_polls(Background& background, Clock& clock, Wakes& wakes) {
  auto polls = std::make_shared<LongPolls>(background, clock, wakes);
  return polls;
}

LongPolls::LongPolls(Background& background, Clock& clock, Wakes& wakes)
    : background_(background), clock_(clock), wakes_(wakes), self_(std::make_shared<LongPolls*>(this)) {
  clock_.on_change([weak = std::weak_ptr(self_)] {
    const auto self = weak.lock();
    if (self == nullptr) return;
    const std::lock_guard lock((*self)->mutex_);
    (*self)->kicked_ = true;
    (*self)->changed_.notify_one();
  });
  thread_ = std::thread([this] { run(); });
}

bool LongPolls::park(const std::string& queue_arn, Millis wait, Ask ask) {
  Poll poll;
  poll.ask = std::move(ask);
  poll.end_us = clock_.monotonic_us() + wait.count() * 1000;
  poll.end = clock_.now() + wait;
  bool listens = false;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return false;
    const auto found = lines_.find(queue_arn);
    listens = found != lines_.end();
    Line& line = lines_[queue_arn];
    line.polls.push_back(std::move(poll));
    line.woken = true;
    kicked_ = true;
    changed_.notify_one();
  }
  if (listens) return true;
  // Without our lock: whoever wakes us holds theirs.
  auto listening = wakes_.listen(queue_arn, [this, queue_arn] { wake(queue_arn); });
  const std::lock_guard lock(mutex_);
  const auto found = lines_.find(queue_arn);
  if (found == lines_.end()) return true;
  std::swap(found->second.listening, listening);
  found->second.woken = true;  // what came before we listened
  kicked_ = true;
  changed_.notify_one();
  return true;
}

void LongPolls::wake(const std::string& queue_arn) {
  const std::lock_guard lock(mutex_);
  const auto line = lines_.find(queue_arn);
  if (line == lines_.end() || line->second.woken) return;
  line->second.woken = true;
  line->second.held = background_.hold();
  kicked_ = true;
  changed_.notify_one();
}

void LongPolls::ask_line(std::unique_lock<std::mutex>& lock, const std::string& queue_arn) {
  Line& line = lines_.find(queue_arn)->second;
  line.woken = false;
  const std::shared_ptr<void> held = std::exchange(line.held, nullptr);
  for (auto poll = line.polls.begin(); poll != line.polls.end();) {
    lock.unlock();
    const bool answered = poll->ask(Last::No);
    lock.lock();
    if (!answered) break;
    poll = line.polls.erase(poll);
  }
}

void LongPolls::end_some(std::unique_lock<std::mutex>& lock) {
  const std::int64_t now_us = clock_.monotonic_us();
  const Instant now = clock_.now();
  std::vector<Ask> over;
  for (auto& [arn, line] : lines_) {
    for (auto poll = line.polls.begin(); poll != line.polls.end();) {
      if (!stopping_ && poll->end_us > now_us && poll->end > now) {
        ++poll;
        continue;
      }
      over.push_back(std::move(poll->ask));
      poll = line.polls.erase(poll);
    }
  }
  std::vector<std::shared_ptr<void>> deaf;
  for (auto line = lines_.begin(); line != lines_.end();) {
    if (!line->second.polls.empty()) {
      ++line;
      continue;
    }
    deaf.push_back(std::move(line->second.listening));
    line = lines_.erase(line);
  }
  lock.unlock();
  deaf.clear();
  for (const Ask& ask : over) ask(Last::Yes);
  lock.lock();
}

std::int64_t LongPolls::wait_us() {
  std::int64_t first = clock_.monotonic_us() + kIdle_us;
  for (const auto& [arn, line] : lines_) {
    for (const Poll& poll : line.polls) first = std::min(first, poll.end_us);
  }
  return std::max<std::int64_t>(0, first - clock_.monotonic_us());
}

void LongPolls::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    kicked_ = false;
    std::vector<std::string> woken;
    for (const auto& [arn, line] : lines_) {
      if (line.woken) woken.push_back(arn);
    }
    for (const std::string& arn : woken) ask_line(lock, arn);
    end_some(lock);
    if (stopping_ && lines_.empty()) return;
    if (!kicked_) changed_.wait_for(lock, std::chrono::microseconds(wait_us()), [this] { return kicked_; });
  }
}

void LongPolls::stop() {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
    kicked_ = true;
    changed_.notify_one();
  }
  thread_.join();
}

}  // namespace orrery::sqs
