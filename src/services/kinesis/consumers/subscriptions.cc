#include "services/kinesis/consumers/subscriptions.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace orrery::kinesis {
namespace {

constexpr int kLife_s = 300;
constexpr int kQuiet_s = 5;  // then an event without records says that the subscription is alive
constexpr int kOwn_s = 5;    // so long nobody takes it over

}  // namespace

std::function<void()> Subscription::waiting() { return std::exchange(call_, nullptr); }

void Subscription::wake() {
  std::function<void()> call;
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
    call = waiting();
  }
  if (call) call();
}

void Subscription::tick() {
  bool over = false, quiet = false;
  {
    const std::lock_guard lock(mutex_);
    over = ++seconds_ >= kLife_s;
    quiet = ++quiet_ >= kQuiet_s;
  }
  if (over) return end();
  if (quiet) wake();
}

void Subscription::end() {
  std::function<void()> call;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    call = waiting();
  }
  if (call) call();
}

int Subscription::seconds() const {
  const std::lock_guard lock(mutex_);
  return seconds_;
}

bool Subscription::ready() const {
  const std::lock_guard lock(mutex_);
  return woken_ || ended_;
}

void Subscription::when_ready(const std::function<void()>& call) {
  {
    const std::lock_guard lock(mutex_);
    if (!woken_ && !ended_) {
      call_ = call;
      return;
    }
  }
  call();
}

bool Subscription::take() {
  const std::lock_guard lock(mutex_);
  woken_ = false;
  quiet_ = 0;
  return !ended_;
}

void Subscription::abandon() {
  const std::lock_guard lock(mutex_);
  abandoned_ = true;
  call_ = nullptr;
}

bool Subscription::over() const {
  const std::lock_guard lock(mutex_);
  return abandoned_ || ended_;
}

std::shared_ptr<Subscription> Subscriptions::open(const std::string& consumer, const std::string& shard) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return nullptr;
  std::erase_if(all_, [](const auto& one) { return one->over(); });
  for (const auto& one : all_) {
    if (one->consumer() != consumer || one->shard() != shard) continue;
    if (one->seconds() < kOwn_s) return nullptr;
    one->end();
  }
  auto subscription = std::make_shared<Subscription>(consumer, shard);
  all_.push_back(subscription);
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  changed_.notify_all();
  return subscription;
}

void Subscriptions::wake(const std::string& consumer) {
  std::vector<std::shared_ptr<Subscription>> woken;
  {
    const std::lock_guard lock(mutex_);
    std::ranges::copy_if(all_, std::back_inserter(woken), [&](const auto& one) { return one->consumer() == consumer; });
  }
  for (const auto& one : woken) one->wake();
}

bool Subscriptions::stopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void Subscriptions::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const auto& one : all_) one->end();
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void Subscriptions::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (all_.empty()) {
      changed_.wait(lock);
      continue;
    }
    changed_.wait_for(lock, std::chrono::seconds(1), [this] { return stopping_; });
    std::erase_if(all_, [](const auto& one) { return one->over(); });
    const auto all = all_;
    lock.unlock();
    for (const auto& one : all) one->tick();
    lock.lock();
  }
}

}  // namespace orrery::kinesis
