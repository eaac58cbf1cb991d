#include "store/rocksdb/hot_rows.h"

#include "store/kinds.h"

namespace orrery::store {
namespace {

constexpr std::size_t kMostBytes = std::size_t{8} << 20;  // keys and rows; then it starts anew

}  // namespace

bool HotRows::keeps(std::string_view key) {
  if (key.empty()) return false;
  switch (static_cast<KeyKind>(key.front())) {
    case KeyKind::Table:
    case KeyKind::TablePolicy:
    case KeyKind::Bucket:
    case KeyKind::Role:
    case KeyKind::Schedule:
    case KeyKind::KinesisStream:
    case KeyKind::IdentityItem:  // the generation of an account's identities
      return true;
    default:
      return false;
  }
}

std::optional<HotRows::Row> HotRows::find(std::string_view key) const {
  const std::shared_lock lock(mutex_);
  const auto found = known_.find(key);
  if (found == known_.end()) return std::nullopt;
  return found->second.row;
}

std::optional<HotRows::Row> HotRows::find(std::string_view key, std::uint64_t snapshot) const {
  const std::shared_lock lock(mutex_);
  const auto found = known_.find(key);
  if (found == known_.end() || found->second.since > snapshot) return std::nullopt;
  return found->second.row;
}

void HotRows::remember(std::string_view key, const Row& row, std::uint64_t newest) {
  const std::unique_lock lock(mutex_);
  insert(key, row, newest);
}

void HotRows::insert(std::string_view key, const Row& row, std::uint64_t since) {
  const std::size_t size = key.size() + (row ? row->size() : 0);
  if (bytes_ + size > kMostBytes) {
    known_.clear();
    bytes_ = 0;
  }
  if (known_.try_emplace(std::string(key), Known{row, since}).second) bytes_ += size;
}

HotRows::Change::Change(HotRows& rows, std::span<const std::string> keys) : rows_(rows) {
  const std::unique_lock lock(rows_.mutex_);
  ++rows_.changing_;
  for (const std::string& key : keys) {
    const auto found = rows_.known_.find(key);
    if (found == rows_.known_.end()) continue;
    rows_.bytes_ -= key.size() + (found->second.row ? found->second.row->size() : 0);
    rows_.known_.erase(found);
  }
}

HotRows::Change::~Change() {
  const std::unique_lock lock(rows_.mutex_);
  --rows_.changing_;
}

}  // namespace orrery::store
