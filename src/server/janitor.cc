#include "server/janitor.h"

#include "base/log.h"

namespace orrery::server {
namespace {
constexpr std::chrono::minutes kEvery{10};
constexpr Millis kGrace = std::chrono::hours(1);  // longer than any upload takes to be referred to
}  // namespace

Janitor::Janitor(BlobStore& blobs, Store& store, std::function<void()> also)
    : blobs_(blobs), store_(store), also_(std::move(also)), thread_([this] { run(); }) {}

Janitor::~Janitor() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Janitor::run() {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, kEvery, [this] { return stopping_; })) {
    lock.unlock();
    if (const auto swept = blobs_.collect(store_, kGrace); !swept) {
      log::warning("sweeping blobs failed", {{"reason", swept.error().message}});
    }
    also_();
    lock.lock();
  }
}

}  // namespace orrery::server
