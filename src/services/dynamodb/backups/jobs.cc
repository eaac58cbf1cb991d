#include "services/dynamodb/backups/jobs.h"

namespace orrery::dynamodb {
namespace {

constexpr std::int64_t kUncommittedFor_us = 60'000'000;

}  // namespace

void Jobs::post(const std::string& kind, std::function<void()> job) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return;
  auto& worker = workers_[kind];
  if (worker == nullptr) worker = std::make_unique<Worker>();
  worker->post(std::move(job));
}

void Jobs::stop() {
  stopping_ = true;
  std::map<std::string, std::unique_ptr<Worker>> workers;
  {
    const std::lock_guard lock(mutex_);
    workers.swap(workers_);
  }
  for (const auto& [kind, worker] : workers) worker->stop();
  const std::lock_guard lock(shelf_->mutex);
  shelf_->kept.clear();
}

void Jobs::keep(Transaction& tx, const std::string& id, std::shared_ptr<Reader> snapshot, std::int64_t now_us) {
  {
    const std::lock_guard lock(shelf_->mutex);
    std::erase_if(shelf_->kept, [&](const auto& entry) {
      return !entry.second.committed && now_us - entry.second.since_us > kUncommittedFor_us;
    });
    shelf_->kept[id] = {std::move(snapshot), now_us, false};
  }
  tx.on_commit([shelf = shelf_, id] {
    const std::lock_guard lock(shelf->mutex);
    const auto found = shelf->kept.find(id);
    if (found != shelf->kept.end()) found->second.committed = true;
  });
}

std::shared_ptr<Reader> Jobs::kept(const std::string& id) {
  const std::lock_guard lock(shelf_->mutex);
  const auto found = shelf_->kept.find(id);
  return found == shelf_->kept.end() ? nullptr : found->second.snapshot;
}

void Jobs::forget(const std::string& id) {
  const std::lock_guard lock(shelf_->mutex);
  shelf_->kept.erase(id);
}

}  // namespace orrery::dynamodb
