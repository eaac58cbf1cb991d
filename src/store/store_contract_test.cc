// What every engine promises (store.h), tested on each.
#include "store/store.h"
#include "store/temp_dir.h"

#include <atomic>
#include <map>
#include <random>
#include <thread>

#include <gtest/gtest.h>

namespace orrery {
namespace {

enum class EngineKind : std::uint8_t { Memory, RocksFull, RocksRelaxed };

class StoreContract : public testing::TestWithParam<EngineKind> {
 protected:
  void SetUp() override {
    if (GetParam() == EngineKind::Memory) {
      store_ = make_memory_store();
      return;
    }
    Result<std::unique_ptr<Store>> opened =
        open_rocksdb(folder_ / "db", GetParam() == EngineKind::RocksFull ? Durability::Full : Durability::Relaxed);
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = *std::move(opened);
  }

  void put(const std::string& key, const std::string& value) {
    ASSERT_TRUE(store_->transact([&](Transaction& tx) { return tx.put(key, value); }));
  }
  std::optional<std::string> get(const std::string& key) { return *store_->snapshot()->get(key); }

  using Entries = std::vector<std::pair<std::string, std::string>>;
  static Entries entries(Reader& reader, const KeyRange& range, Direction direction = Direction::Forward) {
    Entries all;
    const std::unique_ptr<Cursor> cursor = reader.scan(range, direction);
    while (cursor->next()) all.emplace_back(cursor->key(), cursor->value());
    EXPECT_TRUE(cursor->status());
    EXPECT_FALSE(cursor->next());
    return all;
  }
  std::string keys(const KeyRange& range, Direction direction = Direction::Forward) {
    std::string joined;
    for (const auto& [key, value] : entries(*store_->snapshot(), range, direction)) joined += key;
    return joined;
  }

  TempDir folder_;
  std::unique_ptr<Store> store_;
};

INSTANTIATE_TEST_SUITE_P(Engines, StoreContract,
                         testing::Values(EngineKind::Memory, EngineKind::RocksFull, EngineKind::RocksRelaxed),
                         [](const auto& tested) -> std::string {
                           switch (tested.param) {
                             case EngineKind::Memory:
                               return "Memory";
                             case EngineKind::RocksFull:
                               return "RocksFull";
                             case EngineKind::RocksRelaxed:
                               return "RocksRelaxed";
                           }
                           return "";
                         });

TEST_P(StoreContract, GetPutErase) {
  EXPECT_EQ(get("k"), std::nullopt);
  put("k", "v");
  EXPECT_EQ(get("k"), "v");
  put("k", "");
  EXPECT_EQ(get("k"), "");
  const std::string binary("\0\xff\0", 3);
  put(binary, binary);
  EXPECT_EQ(get(binary), binary);
  ASSERT_TRUE(store_->transact([](Transaction& tx) { return tx.erase("k"); }));
  ASSERT_TRUE(store_->transact([](Transaction& tx) { return tx.erase("never there"); }));
  EXPECT_EQ(get("k"), std::nullopt);
}

TEST_P(StoreContract, MultiGetAnswersInTheOrderOfTheKeys) {
  put("a", "1");
  put("b", "2");
  const std::vector<std::string> wanted = {"b", "x", "a", "b"};
  const std::vector<std::optional<std::string>> expected = {"2", std::nullopt, "1", "2"};
  EXPECT_EQ(*store_->snapshot()->multi_get(wanted), expected);
  const auto in_transaction = store_->transact([&](Transaction& tx) { return tx.multi_get(wanted); });
  EXPECT_EQ(*in_transaction, expected);
  EXPECT_TRUE(store_->snapshot()->multi_get({})->empty());
}

TEST_P(StoreContract, ScansBothDirectionsWithinTheRange) {
  for (const char* key : {"a", "b", "c", "d", "e"}) put(key, "v");
  EXPECT_EQ(keys({"b", "d"}), "bc");
  EXPECT_EQ(keys({"b", "d"}, Direction::Reverse), "cb");
  EXPECT_EQ(keys({"", ""}), "abcde");
  EXPECT_EQ(keys({"", ""}, Direction::Reverse), "edcba");
  EXPECT_EQ(keys({"bb", ""}, Direction::Reverse), "edc");
  EXPECT_EQ(keys({"", "bb"}, Direction::Reverse), "ba");
  EXPECT_EQ(keys({"b", "b"}), "");
  EXPECT_EQ(keys({"d", "b"}), "");
  EXPECT_EQ(keys({"d", "b"}, Direction::Reverse), "");
  EXPECT_EQ(keys(prefix_range("c")), "c");
  EXPECT_EQ(keys({"x", "z"}), "");
}

TEST_P(StoreContract, ASnapshotStaysAsItWas) {
  put("a", "old");
  put("b", "old");
  const std::unique_ptr<Reader> before = store_->snapshot();
  const std::unique_ptr<Cursor> cursor = before->scan({"", ""});
  put("a", "new");
  put("c", "new");
  ASSERT_TRUE(store_->transact([](Transaction& tx) { return tx.erase("b"); }));
  EXPECT_EQ(*before->get("a"), "old");
  EXPECT_EQ(*before->get("b"), "old");
  EXPECT_EQ(*before->get("c"), std::nullopt);
  const Entries expected = {{"a", "old"}, {"b", "old"}};
  EXPECT_EQ(entries(*before, {"", ""}), expected);
  ASSERT_TRUE(cursor->next());
  EXPECT_EQ(cursor->value(), "old");
  EXPECT_EQ(keys({"", ""}), "ac");
}

TEST_P(StoreContract, ACursorOutlivesItsReader) {
  put("a", "1");
  put("b", "1");
  const std::unique_ptr<Cursor> cursor = store_->snapshot()->scan({"", ""});
  put("b", "2");
  ASSERT_TRUE(cursor->next());
  ASSERT_TRUE(cursor->next());
  EXPECT_EQ(cursor->value(), "1");
}

TEST_P(StoreContract, ATransactionSeesItsOwnWrites) {
  put("a", "1");
  put("b", "1");
  put("d", "1");
  const auto done = store_->transact([&](Transaction& tx) -> Result<> {
    TRY(tx.put("b", "2"));
    TRY(tx.put("c", "2"));
    TRY(tx.erase("a"));
    TRY(tx.put("e", "2"));
    TRY(tx.erase("e"));
    EXPECT_EQ(TRY(tx.get("b")), "2");
    EXPECT_EQ(TRY(tx.get("a")), std::nullopt);
    EXPECT_EQ(TRY(tx.get_unvalidated("c")), "2");
    const Entries expected = {{"b", "2"}, {"c", "2"}, {"d", "1"}};
    EXPECT_EQ(entries(tx, {"", ""}), expected);
    EXPECT_EQ(entries(tx, {"", ""}, Direction::Reverse), Entries(expected.rbegin(), expected.rend()));
    EXPECT_EQ(entries(tx, {"b", "c"}), Entries({{"b", "2"}}));
    return {};
  });
  ASSERT_TRUE(done);
  EXPECT_EQ(keys({"", ""}), "bcd");
}

TEST_P(StoreContract, AnErrorRollsBack) {
  put("k", "before");
  Sequence committed = 77;
  const auto outcome = store_->transact(
      [](Transaction& tx) -> Result<int> {
        TRY(tx.put("k", "after"));
        return fail(api_error("ValidationException", "no"));
      },
      &committed);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, "ValidationException");
  EXPECT_EQ(committed, 77U);
  EXPECT_EQ(get("k"), "before");
  put("k", "later");  // the locks are gone
  EXPECT_EQ(get("k"), "later");
}

TEST_P(StoreContract, TransactReturnsTheBodysValueAndItsSequence) {
  Sequence committed = 0;
  const auto value = store_->transact(
      [](Transaction& tx) -> Result<std::string> {
        TRY(tx.put("k", "v"));
        return std::string("answer");
      },
      &committed);
  EXPECT_EQ(*value, "answer");
  EXPECT_GT(committed, 0U);
  EXPECT_LE(committed, store_->committed());
  Sequence later = 0;
  ASSERT_TRUE(store_->transact([](Transaction& tx) { return tx.put("k", "w"); }, &later));
  EXPECT_GT(later, committed);
  Sequence unchanged = 5;
  ASSERT_TRUE(store_->transact([](Transaction& tx) -> Result<> { return TRY(tx.get("k")), Result<>(); }, &unchanged));
  EXPECT_EQ(unchanged, 5U);
}

// Another transaction, on another thread, as a lock holder cannot wait for itself.
void put_elsewhere(Store& store, const std::string& key, const std::string& value) {
  std::thread([&] { EXPECT_TRUE(store.transact([&](Transaction& tx) { return tx.put(key, value); })); }).join();
}

TEST_P(StoreContract, AChangeBetweenScanAndReadMakesTheBodyRunAgain) {
  put("a", "1");
  int runs = 0;
  const auto done = store_->transact([&](Transaction& tx) -> Result<> {
    ++runs;
    const std::string scanned = entries(tx, {"", ""}).at(0).second;
    if (runs == 1) put_elsewhere(*store_, "a", "2");
    const std::optional<std::string> read = TRY(tx.get("a"));
    EXPECT_TRUE(runs == 1 || read == scanned);
    return tx.put("copy", *read);
  });
  ASSERT_TRUE(done);
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(get("copy"), "2");
}

TEST_P(StoreContract, AWriteOverWhatAScanShowedIsNotLost) {
  put("n", "1");
  int runs = 0;
  const auto done = store_->transact([&](Transaction& tx) -> Result<> {
    const int n = std::stoi(entries(tx, {"n", "o"}).at(0).second);
    if (++runs == 1) put_elsewhere(*store_, "n", "10");
    return tx.put("n", std::to_string(n + 1));
  });
  ASSERT_TRUE(done);
  EXPECT_EQ(get("n"), "11");
}

TEST_P(StoreContract, ABodyThatSwallowsAConflictIsStillRerun) {
  put("a", "1");
  int runs = 0;
  const auto done = store_->transact([&](Transaction& tx) -> Result<> {
    entries(tx, {"", ""});
    if (++runs == 1) put_elsewhere(*store_, "a", "2");
    (void)tx.get("a");
    return tx.put("b", std::to_string(runs));
  });
  ASSERT_TRUE(done);
  EXPECT_EQ(get("b"), "2");
}

TEST_P(StoreContract, AnEndlessConflictEndsAsAnInternalError) {
  const auto outcome = store_->transact([](Transaction&) -> Result<> { return fail(conflict()); });
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, Error::Kind::Internal);
  EXPECT_EQ(outcome.error().status, 500);
}

TEST_P(StoreContract, AnUnvalidatedReadDoesNotConflict) {
  put("hint", "1");
  int runs = 0;
  const auto done = store_->transact([&](Transaction& tx) -> Result<> {
    ++runs;
    TRY(tx.get_unvalidated("hint"));
    put_elsewhere(*store_, "hint", "2");
    return tx.put("k", "v");
  });
  ASSERT_TRUE(done);
  EXPECT_EQ(runs, 1);
}

TEST_P(StoreContract, NoUpdateOfAHotCounterIsLost) {
  constexpr int kThreads = 8;
  constexpr int kEach = 150;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) {
        const auto done = store_->transact([](Transaction& tx) -> Result<> {
          const std::optional<std::string> now = TRY(tx.get("counter"));
          return tx.put("counter", std::to_string(now ? std::stoi(*now) + 1 : 1));
        });
        EXPECT_TRUE(done) << done.error().message;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(get("counter"), std::to_string(kThreads * kEach));
}

// Each moves a coin between two of a few purses; in opposite order, hence deadlocks. The sum stays.
TEST_P(StoreContract, OpposedTransfersNeitherHangNorInventMoney) {
  constexpr int kPurses = 3;
  for (int i = 0; i < kPurses; ++i) put("purse" + std::to_string(i), "100");
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937 random(t);
      for (int i = 0; i < 100; ++i) {
        const std::string from = "purse" + std::to_string(random() % kPurses);
        const std::string to = "purse" + std::to_string(random() % kPurses);
        const auto done = store_->transact([&](Transaction& tx) -> Result<> {
          const std::optional<std::string> rich = TRY(tx.get(from));
          TRY(tx.put(from, std::to_string(std::stoi(*rich) - 1)));
          const std::optional<std::string> poor = TRY(tx.get(to));
          return tx.put(to, std::to_string(std::stoi(*poor) + 1));
        });
        EXPECT_TRUE(done) << done.error().message;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  int sum = 0;
  for (const auto& [key, value] : entries(*store_->snapshot(), prefix_range("purse"))) sum += std::stoi(value);
  EXPECT_EQ(sum, 100 * kPurses);
}

// Write skew: each reads both, and clears its own only while the other is set. Serializable: one stays set.
TEST_P(StoreContract, PointReadsAreSerializable) {
  for (int round = 0; round < 50; ++round) {
    put("x", "1");
    put("y", "1");
    const auto clear = [&](const std::string& own, const std::string& other) {
      EXPECT_TRUE(store_->transact([&](Transaction& tx) -> Result<> {
        if (TRY(tx.get(own)) == "1" && TRY(tx.get(other)) == "1") TRY(tx.put(own, "0"));
        return {};
      }));
    };
    std::thread a([&] { clear("x", "y"); });
    std::thread b([&] { clear("y", "x"); });
    a.join();
    b.join();
    ASSERT_EQ(*get("x") + *get("y") == "01" || *get("x") + *get("y") == "10", true) << round;
  }
}

TEST_P(StoreContract, WhatANestedBodyWroteIsUndoneWhenItFails) {
  put("kept", "old");
  std::vector<std::string> hooks;
  const auto write = [&](Transaction& tx, const std::string& key, const std::string& value) {
    tx.on_commit([&hooks, value] { hooks.push_back(value); });
    return tx.put(key, value);
  };
  ASSERT_TRUE(store_->transact([&](Transaction& tx) -> Result<> {
    TRY(write(tx, "a", "before"));
    const Result<> failed = tx.nested([&]() -> Result<> {
      TRY(write(tx, "a", "undone"));
      TRY(tx.erase("kept"));
      EXPECT_EQ(entries(tx, prefix_range("")), (Entries{{"a", "undone"}}));  // takes the transaction's snapshot
      return fail(internal_error("on purpose"));
    });
    EXPECT_EQ(failed.error().message, "on purpose");
    EXPECT_EQ(*tx.get("a"), "before");
    EXPECT_EQ(*tx.get("kept"), "old");
    EXPECT_EQ(entries(tx, prefix_range("")), (Entries{{"a", "before"}, {"kept", "old"}}));
    const Result<int> done = tx.nested([&]() -> Result<int> {
      TRY(write(tx, "b", "inside"));
      return 7;
    });
    EXPECT_EQ(*done, 7);
    return write(tx, "c", "after");
  }));
  EXPECT_EQ(keys(prefix_range("")), "abckept");
  EXPECT_EQ(get("a"), "before");
  EXPECT_EQ(hooks, (std::vector<std::string>{"before", "inside", "after"}));
}

TEST_P(StoreContract, AFailedNestedBodyMayBeTheOnlyOne) {
  Sequence committed = 0;
  ASSERT_TRUE(store_->transact(
      [&](Transaction& tx) -> Result<> {
        EXPECT_FALSE(tx.nested([&]() -> Result<> {
          TRY(tx.put("k", "v"));
          return fail(internal_error("on purpose"));
        }));
        return {};
      },
      &committed));
  EXPECT_EQ(committed, 0U);
  EXPECT_EQ(get("k"), std::nullopt);
}

TEST_P(StoreContract, EraseRangeErasesWhatTheTransactionSees) {
  for (const char* key : {"a", "b", "c", "d"}) put(key, "v");
  const auto done = store_->transact([](Transaction& tx) -> Result<> {
    TRY(tx.put("bb", "own"));
    return tx.erase_range({"b", "d"});
  });
  ASSERT_TRUE(done);
  EXPECT_EQ(keys({"", ""}), "ad");
}

TEST_P(StoreContract, WhoWaitsIsCalledOnceTheLogReachesIt) {
  std::atomic<int> called = 0;
  store_->on_durable(0, [&](const Result<>& result) { called += result ? 1 : 0; });
  EXPECT_EQ(called, 1);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        Sequence sequence = 0;
        ASSERT_TRUE(store_->transact([&](Transaction& tx) { return tx.put("k" + std::to_string(t), "v"); }, &sequence));
        store_->on_durable(sequence, [&, sequence](const Result<>& result) {
          EXPECT_TRUE(result);
          EXPECT_GE(store_->durable(), sequence);
          ++called;
        });
        EXPECT_TRUE(i % 5 != 0 || store_->wait_durable(sequence));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(store_->wait_durable(store_->committed()));
  EXPECT_GE(store_->durable(), 1U);
  store_.reset();  // serves those who still wait
  EXPECT_EQ(called, 81);
}

// Random transactions on the store and on a std::map: the same in the end and on the way, own writes included.
TEST_P(StoreContract, BehavesLikeAMap) {
  std::mt19937 random(7);
  std::map<std::string, std::string> model;
  const auto any_key = [&] { return std::string(1 + random() % 2, static_cast<char>('a' + random() % 6)); };
  for (int round = 0; round < 150; ++round) {
    const bool abort = random() % 5 == 0;
    std::map<std::string, std::string> draft = model;
    const auto outcome = store_->transact([&](Transaction& tx) -> Result<> {
      for (int step = 0; step < 12; ++step) {
        const std::string key = any_key();
        const std::string value = std::to_string(random() % 1000);
        switch (random() % 5) {
          case 0:
            TRY(tx.put(key, value)), draft[key] = value;
            break;
          case 1:
            TRY(tx.erase(key)), draft.erase(key);
            break;
          case 2:
            EXPECT_EQ(TRY(tx.get(key)).value_or("none"), draft.contains(key) ? draft[key] : "none");
            break;
          default: {
            const KeyRange range{key, random() % 4 == 0 ? "" : any_key()};
            Entries expected;
            for (const auto& entry : draft) {
              if (entry.first >= range.begin && (range.end.empty() || entry.first < range.end))
                expected.push_back(entry);
            }
            EXPECT_EQ(entries(tx, range), expected);
            EXPECT_EQ(entries(tx, range, Direction::Reverse), Entries(expected.rbegin(), expected.rend()));
          }
        }
      }
      if (abort) return fail(api_error("Abort", ""));
      return {};
    });
    EXPECT_EQ(outcome.ok(), !abort);
    if (!abort) model = draft;
    EXPECT_EQ(entries(*store_->snapshot(), {"", ""}), Entries(model.begin(), model.end()));
  }
}

}  // namespace
}  // namespace orrery
