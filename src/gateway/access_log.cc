#include "gateway/access_log.h"

#include "base/log.h"
#include "store/key.h"

#include <chrono>

namespace orrery::gateway {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{128} * 1024;
constexpr std::chrono::milliseconds kPause{1000};

std::string row_key(std::uint64_t number) { return KeyWriter(KeyKind::AccessLog).u64(number).take(); }
KeyRange all_rows() { return prefix_range(KeyWriter(KeyKind::AccessLog).take()); }

}  // namespace

AccessLog::AccessLog(Store& store, Clock& clock, std::size_t limit_bytes)
    : store_(store), clock_(clock), limit_bytes_(limit_bytes), thread_([this] { run(); }) {}

void AccessLog::answered(const Answered& answered) {
  const Instant now = clock_.now();
  bool full = false;
  {
    const std::scoped_lock lock(mutex_);
    if (stopping_) return;
    const bool was_full = block_.size() >= kBlockBytes;
    block_.add(answered, now);
    full = !was_full && block_.size() >= kBlockBytes;
  }
  if (full) wake_.notify_one();
}

void AccessLog::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    wake_.wait_for(lock, kPause, [this] { return stopping_ || block_.size() >= kBlockBytes; });
    if (block_.empty()) continue;
    lock.unlock();
    if (const auto written = flush(); !written) {
      log::error("access log", {{"reason", written.error().message}});
    }
    lock.lock();
  }
}

Result<> AccessLog::flush() {
  const std::scoped_lock one_writer(writing_);
  TRY(count_rows());
  std::string block;
  {
    const std::scoped_lock lock(mutex_);
    if (block_.empty()) return {};
    block = block_.take();
  }
  return write(std::move(block));
}

// What earlier runs have left.
Result<> AccessLog::count_rows() {
  if (counted_) return {};
  const auto snapshot = store_.snapshot();
  const auto cursor = snapshot->scan(all_rows());
  while (cursor->next()) {
    rows_.push_back({std::string(cursor->key()), cursor->value().size()});
    total_ += rows_.back().bytes;
    next_ = KeyReader(rows_.back().key).u64() + 1;
  }
  TRY(cursor->status());
  counted_ = true;
  return {};
}

Result<> AccessLog::write(std::string block) {
  std::size_t gone = 0;
  std::size_t total = total_ + block.size();
  while (gone < rows_.size() && total > limit_bytes_) total -= rows_[gone++].bytes;
  const std::string key = row_key(next_);
  TRY(store_.transact([&](Transaction& tx) -> Result<> {
    for (std::size_t i = 0; i < gone; ++i) TRY(tx.erase(rows_[i].key));
    return tx.put(key, block);
  }));
  rows_.erase(rows_.begin(), rows_.begin() + static_cast<std::ptrdiff_t>(gone));
  rows_.push_back({key, block.size()});
  total_ = total;
  ++next_;
  return {};
}

Result<> AccessLog::read(const std::function<bool(const AccessEntry&)>& visit) {
  TRY(flush());
  const auto snapshot = store_.snapshot();
  const auto cursor = snapshot->scan(all_rows(), Direction::Reverse);
  while (cursor->next()) {
    const auto entries = TRY(read_access_block(cursor->value()));
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
      if (!visit(*entry)) return {};
    }
  }
  return cursor->status();
}

void AccessLog::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
  if (const auto written = flush(); !written) log::error("access log", {{"reason", written.error().message}});
}

}  // namespace orrery::gateway
