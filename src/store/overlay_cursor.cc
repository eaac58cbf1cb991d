#include "store/overlay_cursor.h"

#include <algorithm>

namespace orrery::store {

namespace {

class OverlayCursor final : public Cursor {
 public:
  OverlayCursor(std::unique_ptr<Cursor> base, std::vector<Write> writes, Direction direction)
      : base_(std::move(base)), writes_(std::move(writes)), direction_(direction) {
    if (direction_ == Direction::Reverse) std::reverse(writes_.begin(), writes_.end());
  }

  bool next() override {
    if (current_ == Source::Start || current_ == Source::Base) base_ends_ = !base_->next();
    while (true) {
      if (base_ends_ && !base_->status()) return false;
      if (next_write_ == writes_.size()) {
        current_ = Source::Base;
        return !base_ends_;
      }
      if (!base_ends_ && is_before(base_->key(), writes_[next_write_].first)) {
        current_ = Source::Base;
        return true;
      }
      const Write& write = writes_[next_write_++];
      if (!base_ends_ && base_->key() == write.first) base_ends_ = !base_->next();
      if (write.second) {
        current_ = Source::Write;
        return true;
      }
    }
  }

  std::string_view key() const override {
    return current_ == Source::Base ? base_->key() : std::string_view(writes_[next_write_ - 1].first);
  }
  std::string_view value() const override {
    return current_ == Source::Base ? base_->value() : std::string_view(*writes_[next_write_ - 1].second);
  }
  Result<> status() const override { return base_->status(); }

 private:
  enum class Source : std::uint8_t { Start, Base, Write };

  bool is_before(std::string_view a, std::string_view b) const {
    return direction_ == Direction::Forward ? a < b : a > b;
  }

  std::unique_ptr<Cursor> base_;
  std::vector<Write> writes_;
  Direction direction_;
  std::size_t next_write_ = 0;
  bool base_ends_ = false;
  Source current_ = Source::Start;  // which of the two the entry that is shown comes from
};

}  // namespace

std::unique_ptr<Cursor> overlay(std::unique_ptr<Cursor> base, std::vector<Write> writes, Direction direction) {
  if (writes.empty()) return base;
  return std::make_unique<OverlayCursor>(std::move(base), std::move(writes), direction);
}

}  // namespace orrery::store
