#include "services/dynamodb/changes/log.h"

#include "services/dynamodb/testing.h"

#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace orrery::dynamodb {
namespace {

// Several writers on one table of the real engine, whose transactions wait for each other in earnest.
class LogTest : public DynamoDbTest {
 protected:
  LogTest() { store_on_disk = *open_rocksdb(disk / "db", Durability::Relaxed); }

  // Each of `writers` changes items of its own and one that all of them change. Returns writes a second.
  double write_all(const Table& table, int writers, int writes) {
    const auto began = clock.monotonic_us();
    std::vector<std::thread> threads;
    for (int writer = 0; writer < writers; ++writer) {
      threads.emplace_back([&, writer] {
        for (int i = 0; i < writes; ++i) {
          const std::string id = i % 50 == 0 ? "shared" : std::to_string(writer) + "." + std::to_string(i % 20);
          EXPECT_TRUE(store_on_disk->transact([&](Transaction& tx) -> Result<> {
            const item::Item next{{"id", item::Value::string(id)},
                                  {"by", item::Value::string(std::to_string(writer))},
                                  {"count", item::Value::number(item::Decimal(i))},
                                  {"pad", item::Value::string(std::string(500, 'x'))}};
            const std::string key = TRY(item::key_of_item(table.keys, next));
            const auto old = TRY(read_old(tx, table, key, false));
            return change_item({service, tx, call.now}, table, key, old, next);
          }));
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    return writers * writes * 1e6 / static_cast<double>(clock.monotonic_us() - began);
  }

  Table table(std::uint64_t number, bool logged) {
    Table out;
    out.number = number;
    out.keys.partition = {"id", item::Type::S};
    if (logged) out.recoverable_since = call.now;
    return out;
  }

  TempDir disk;
  std::unique_ptr<Store> store_on_disk;
};

TEST_F(LogTest, IsCompleteAndInOrderHoweverManyWrite) {
  constexpr int kWriters = 4;
  constexpr int kWrites = 500;
  write_all(table(1, true), kWriters, kWrites);
  const auto reader = store_on_disk->snapshot();
  const LogHead head = *log_head(*reader, 1);
  EXPECT_EQ(head.sequence, static_cast<std::uint64_t>(kWriters * kWrites));
  std::map<std::string, item::Item> last;
  std::uint64_t expected = 1;
  const auto cursor = reader->scan(prefix_range(changes_prefix(1)));
  while (cursor->next()) {
    const LoggedChange change = *decode_change(cursor->key(), cursor->value());
    EXPECT_EQ(change.sequence, expected++);
    const std::string id(change.next->find("id")->string());
    const auto known = last.find(id);
    ASSERT_EQ(change.old.has_value(), known != last.end());
    // Each began where the one before had ended.
    if (change.old) {
      EXPECT_EQ(*change.old, known->second);
    }
    last.insert_or_assign(id, *change.next);
  }
  EXPECT_EQ(expected, head.sequence + 1);
}

TEST_F(LogTest, DISABLED_Figures) {
  for (const int writers : {1, 2, 4}) {
    const double plain = write_all(table(10, false), writers, 20'000 / writers);
    const double logged = write_all(table(11, true), writers, 20'000 / writers);
    std::printf("%d writers: %.0f writes/s, with a log %.0f\n", writers, plain, logged);
  }
}

}  // namespace
}  // namespace orrery::dynamodb
