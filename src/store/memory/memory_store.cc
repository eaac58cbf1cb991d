// The in-memory engine: optimistic, multi-version. For tests; nothing survives.
#include "store/memory/versions.h"
#include "store/retry.h"
#include "store/store.h"

#include <mutex>
#include <optional>
#include <shared_mutex>

namespace orrery {
namespace store {
namespace {

// Keeps one snapshot's versions alive; shared by a reader and its cursors.
class Pin {
 public:
  explicit Pin(std::shared_ptr<Versions> versions) : versions_(std::move(versions)), at_(versions_->open_snapshot()) {}
  Pin(const Pin&) = delete;
  Pin& operator=(const Pin&) = delete;
  ~Pin() { versions_->close_snapshot(at_); }

  Versions& versions() const { return *versions_; }
  Sequence at() const { return at_; }

 private:
  std::shared_ptr<Versions> versions_;
  Sequence at_;
};

class MemoryCursor final : public Cursor {
 public:
  MemoryCursor(std::shared_ptr<Pin> pin, KeyRange range, Direction direction)
      : pin_(std::move(pin)), range_(std::move(range)), direction_(direction) {}

  bool next() override {
    if (ended_) return false;
    const Versions& versions = pin_->versions();
    std::optional<std::pair<std::string, std::string>> found;
    if (direction_ == Direction::Reverse) {
      found = versions.last_in(range_.begin, started_ ? std::string_view(key_) : range_.end, pin_->at());
      if (started_ && key_.empty()) found.reset();
    } else {
      found = versions.first_in(started_ ? std::string_view(key_) : range_.begin, !started_, range_.end, pin_->at());
    }
    started_ = true;
    ended_ = !found;
    if (ended_) return false;
    std::tie(key_, value_) = *std::move(found);
    return true;
  }
  std::string_view key() const override { return key_; }
  std::string_view value() const override { return value_; }
  Result<> status() const override { return {}; }

 private:
  std::shared_ptr<Pin> pin_;
  KeyRange range_;
  Direction direction_;
  bool started_ = false;
  bool ended_ = false;
  std::string key_;
  std::string value_;
};

class MemoryReader final : public Reader {
 public:
  explicit MemoryReader(std::shared_ptr<Versions> versions) : pin_(std::make_shared<Pin>(std::move(versions))) {}

  Result<std::optional<std::string>> get(std::string_view key) override {
    return pin_->versions().find(key, pin_->at()).value;
  }
  std::unique_ptr<Cursor> scan(const KeyRange& range, Direction direction) override {
    return std::make_unique<MemoryCursor>(pin_, range, direction);
  }

 private:
  std::shared_ptr<Pin> pin_;
};

class MemoryTransaction final : public Transaction {
 public:
  explicit MemoryTransaction(std::shared_ptr<Versions> versions) : pin_(std::make_shared<Pin>(std::move(versions))) {}

  Result<std::optional<std::string>> get(std::string_view key) override {
    if (const auto own = writes_.find(key); own != writes_.end()) return own->second;
    Versions::Found found = pin_->versions().find(key, pin_->at());
    expectations_.push_back({std::string(key), pin_->at()});
    return std::move(found.value);
  }
  Result<std::optional<std::string>> get_unvalidated(std::string_view key) override {
    if (const auto own = writes_.find(key); own != writes_.end()) return own->second;
    return pin_->versions().find(key, pin_->at()).value;
  }
  std::unique_ptr<Cursor> scan(const KeyRange& range, Direction direction) override {
    scanned_ = true;
    std::vector<Write> own;
    for (auto it = writes_.lower_bound(range.begin); it != writes_.end() && in_range(it->first, range); ++it) {
      own.emplace_back(*it);
    }
    return overlay(std::make_unique<MemoryCursor>(pin_, range, direction), std::move(own), direction);
  }
  Result<> put(std::string_view key, std::string_view value) override {
    writes_.insert_or_assign(std::string(key), std::string(value));
    return {};
  }
  Result<> erase(std::string_view key) override {
    writes_.insert_or_assign(std::string(key), std::nullopt);
    return {};
  }

  void begin_nested() override { saved_.push_back(writes_); }
  Result<> end_nested(bool keep) override {
    if (!keep) writes_.swap(saved_.back());
    saved_.pop_back();
    return {};
  }

  using Transaction::run_commit_hooks;
  Result<> commit(Sequence* committed) {
    // What was written may have been derived from what a scan showed.
    if (scanned_) {
      for (const auto& [key, value] : writes_) expectations_.push_back({key, pin_->at()});
    }
    if (writes_.empty()) return {};  // the reads are of one snapshot: serializable as they are
    const std::optional<Sequence> sequence = pin_->versions().commit(writes_, expectations_);
    if (!sequence) return fail(conflict());
    if (committed != nullptr) *committed = *sequence;
    return {};
  }

 private:
  std::shared_ptr<Pin> pin_;
  Versions::Writes writes_;
  std::vector<Versions::Expectation> expectations_;
  bool scanned_ = false;
  std::vector<Versions::Writes> saved_;  // as they were at each begin_nested()
};

class MemoryStore final : public Store {
 public:
  std::unique_ptr<Reader> snapshot() override { return std::make_unique<MemoryReader>(versions_); }
  Sequence committed() const override { return versions_->newest(); }
  Sequence durable() const override { return versions_->newest(); }
  void on_durable(Sequence, std::function<void(Result<>)> done) override { done({}); }
  Result<> checkpoint(const std::string& path) override {
    return fail(internal_error("the in-memory store cannot be saved to " + path + ": it keeps nothing on disk"));
  }

 protected:
  Result<> run_transaction(const std::function<Result<>(Transaction&)>& body, Sequence* committed) override {
    return retry_conflicts([&](int nth) -> Result<> {
      std::optional<MemoryTransaction> tx;
      {
        const Turn turn(*this, nth < kAttemptsAmongOthers);
        tx.emplace(versions_);
        TRY(body(*tx));
        TRY(tx->commit(committed));
      }
      tx->run_commit_hooks();
      return {};
    });
  }

 private:
  static constexpr int kAttemptsAmongOthers = 10;

  // A long transaction would lose against short ones for ever: in the end nobody else runs until it has committed.
  class Turn {
   public:
    Turn(MemoryStore& store, bool among_others) {
      std::unique_lock turn(store.turnstile_);
      if (among_others) {
        turn.unlock();
        shared_ = std::shared_lock(store.running_);
      } else {
        alone_ = std::unique_lock(store.running_);
        turn_ = std::move(turn);
      }
    }

   private:
    std::unique_lock<std::mutex> turn_;
    std::shared_lock<std::shared_mutex> shared_;
    std::unique_lock<std::shared_mutex> alone_;
  };

  std::mutex turnstile_;
  std::shared_mutex running_;
  std::shared_ptr<Versions> versions_ = std::make_shared<Versions>();
};

}  // namespace
}  // namespace store

std::unique_ptr<Store> make_memory_store() { return std::make_unique<store::MemoryStore>(); }

}  // namespace orrery
