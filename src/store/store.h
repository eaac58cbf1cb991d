// The one transactional interface under which all state lives (DESIGN.md section 5): ordered byte keys, byte values.
//
// A body given to transact() may run more than once: it must have no effect outside its Transaction. Point reads are
// validated at commit (serializable); ranges are read from one snapshot, so whoever needs protection from phantoms
// reads and writes a guard key. Commits are in memory first; a reply that says "done" waits for
// wait_durable()/on_durable().
#pragma once

#include "base/result.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace orrery {

struct KeyRange {
  std::string begin;  // inclusive
  std::string end;    // exclusive; empty: no upper bound
};
// All keys that start with `prefix`.
KeyRange prefix_range(std::string_view prefix);

enum class Direction : std::uint8_t { Forward, Reverse };

// Walks a range of one snapshot in order. Views are valid until the next next().
class Cursor {
 public:
  virtual ~Cursor() = default;
  // Moves to the next entry (the first call: to the first). False at the end or on an I/O error (see status).
  virtual bool next() = 0;
  virtual std::string_view key() const = 0;
  virtual std::string_view value() const = 0;
  virtual Result<> status() const = 0;
};

// What a read-only operation gets: one consistent snapshot.
class Reader {
 public:
  virtual ~Reader() = default;
  // nullopt: no such key. Errors are Internal (I/O) or Conflict (transactions only).
  virtual Result<std::optional<std::string>> get(std::string_view key) = 0;
  // One answer a key, in the order of the keys.
  virtual Result<std::vector<std::optional<std::string>>> multi_get(std::span<const std::string> keys);
  // In a Transaction the cursor sees the transaction's own writes too: those made before scan() was called.
  virtual std::unique_ptr<Cursor> scan(const KeyRange& range, Direction direction = Direction::Forward) = 0;
};

class Transaction : public Reader {
 public:
  virtual Result<> put(std::string_view key, std::string_view value) = 0;
  virtual Result<> erase(std::string_view key) = 0;
  // Erases every key of the range that the transaction's snapshot sees. For large ranges work in steps of several
  // transactions instead.
  virtual Result<> erase_range(const KeyRange& range);
  // A read without validation at commit: for hints whose staleness does no harm.
  virtual Result<std::optional<std::string>> get_unvalidated(std::string_view key) = 0;

  // Runs body() -> Result<T>. When it fails, what it wrote is undone and its hooks are forgotten, and the transaction
  // goes on as if it had not run. A conflict cannot be survived so: it is to be passed on.
  template <class Body>
  auto nested(Body&& body) -> decltype(body()) {
    const std::size_t hooks = commit_hooks_.size();
    begin_nested();
    auto outcome = body();
    const Result<> ended = end_nested(outcome.ok());
    if (!outcome) commit_hooks_.erase(commit_hooks_.begin() + static_cast<std::ptrdiff_t>(hooks), commit_hooks_.end());
    if (!ended) return fail(ended.error());
    return outcome;
  }

  // Runs `hook` on this thread once the transaction has committed; forgotten when it does not (a rerun registers anew).
  // For waking whoever works on what was written.
  void on_commit(std::function<void()> hook) { commit_hooks_.push_back(std::move(hook)); }

 protected:
  virtual void begin_nested() = 0;
  // Keeps what was written since the last begin_nested(), or undoes it.
  virtual Result<> end_nested(bool keep) = 0;
  // The engine calls it after the commit.
  void run_commit_hooks() {
    for (const auto& hook : commit_hooks_) hook();
  }

 private:
  std::vector<std::function<void()>> commit_hooks_;
};

// A position in the engine's log; 0 is "nothing to wait for". Later commits have greater ones.
using Sequence = std::uint64_t;

enum class Durability : std::uint8_t {
  Full,     // durable means fdatasync has returned (group commit)
  Relaxed,  // durable means handed to the operating system: survives kill -9, not a power cut
};

class Store {
 public:
  virtual ~Store() = default;

  // Runs body(Transaction&) -> Result<T>, commits when it succeeds, reruns it on a conflict (bounded, with back-off;
  // then the Conflict error is returned as 500 InternalFailure). An error rolls back. `committed`, when given, receives
  // the commit's sequence (unchanged when nothing was written).
  template <class Body>
  auto transact(Body&& body, Sequence* committed = nullptr) -> decltype(body(std::declval<Transaction&>())) {
    decltype(body(std::declval<Transaction&>())) outcome;
    const std::function<Result<>(Transaction&)> run = [&](Transaction& tx) -> Result<> {
      outcome = body(tx);
      if (!outcome) return fail(outcome.error());
      return {};
    };
    Result<> done = run_transaction(run, committed);
    if (!done) return fail(std::move(done).error());
    return outcome;
  }

  // A read-only snapshot of everything committed so far.
  virtual std::unique_ptr<Reader> snapshot() = 0;
  // Of the newest commit.
  virtual Sequence committed() const = 0;
  // Up to here, a crash loses nothing.
  virtual Sequence durable() const = 0;
  // Calls `done` once durable() >= sequence (at once, on this thread, when it is already; otherwise on the sync thread:
  // be short, post elsewhere). The result is an error when the log could not be written (disk full): not durable.
  virtual void on_durable(Sequence sequence, std::function<void(Result<>)> done) = 0;
  // Blocks; for background threads and tests.
  Result<> wait_durable(Sequence sequence);

  // A consistent copy of the whole store in the new folder `path`, in milliseconds (hard links).
  virtual Result<> checkpoint(const std::string& path) = 0;

 protected:
  virtual Result<> run_transaction(const std::function<Result<>(Transaction&)>& body, Sequence* committed) = 0;
};

// Opens or creates. Errors are Internal with a sentence for the user (folder not writable, in use by another process,
// …).
Result<std::unique_ptr<Store>> open_rocksdb(const std::string& path, Durability durability);
// For tests: same contract, nothing survives.
std::unique_ptr<Store> make_memory_store();

}  // namespace orrery
