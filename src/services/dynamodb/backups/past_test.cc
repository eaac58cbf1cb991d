#include "services/dynamodb/backups/past.h"

#include "services/dynamodb/testing.h"

#include <map>

namespace orrery::dynamodb {
namespace {

using State = std::map<std::string, std::string>;

class PastTest : public DynamoDbTest {
 protected:
  PastTest() {
    create("orders");
    EXPECT_TRUE(store->transact([&](Transaction& tx) -> Result<> {
      const TableName name{call.account, call.region, "orders"};
      Table logged = *TRY(find_table(tx, name));
      logged.recoverable_since = clock.now();
      return put_table(tx, name, logged);
    }));
    table = *find_table(*store->snapshot(), {call.account, call.region, "orders"});
  }

  // Puts (or, with an empty value, deletes) at the clock's time.
  void change(const std::string& id, const std::string& value) {
    ASSERT_TRUE(store->transact([&](Transaction& tx) -> Result<> {
      const item::Item key{{"id", item::Value::string(id)}};
      const std::string bytes = TRY(item::key_of_item(table->keys, key));
      const auto old = TRY(read_old(tx, *table, bytes, true));
      std::optional<item::Item> next;
      if (!value.empty()) next = item::ItemBuilder(key).set("v", item::Value::string(value)).build();
      std::optional<item::ItemView> old_view, next_view;
      if (old) old_view = old->view();
      if (next) next_view = next->view();
      return change_item({service, tx, clock.now()}, *table, bytes, old_view, next_view);
    }));
  }

  State at(Instant when, std::size_t slice_bytes) {
    State out;
    const auto snapshot = store->snapshot();
    EXPECT_TRUE(walk_items_at(
        *snapshot, *table, when,
        [&](item::ItemView item) -> Result<> {
          const bool is_new =
              out.emplace(std::string(item.find("id")->string()), std::string(item.find("v")->string())).second;
          EXPECT_TRUE(is_new);
          return {};
        },
        slice_bytes));
    return out;
  }

  std::shared_ptr<const Table> table;
};

TEST_F(PastTest, EveryInstantOfARandomHistory) {
  std::map<std::int64_t, State> history;
  State now;
  std::mt19937 dice(5);
  const Instant start = clock.now();
  for (int i = 0; i < 600; ++i) {
    const std::string id = std::to_string(dice() % 60);
    const std::string value = dice() % 4 == 0 ? "" : "v" + std::to_string(i) + std::string(dice() % 200, 'x');
    change(id, value);
    if (value.empty()) {
      now.erase(id);
    } else {
      now[id] = value;
    }
    history[epoch_ms(clock.now())] = now;
    if (dice() % 3 != 0) clock.freeze(clock.now() + Millis(dice() % 5));
  }
  EXPECT_EQ(at(start - Millis(1), kSliceBytes), State());
  for (const auto& [when, state] : history) {
    EXPECT_EQ(at(instant_from_ms(when), kSliceBytes), state);
    if (when % 7 == 0) {
      EXPECT_EQ(at(instant_from_ms(when), 2000), state);  // many slices
    }
  }
  // Net changes between two instants lead from one state to the other.
  for (int i = 0; i < 20; ++i) {
    const auto from = std::next(history.begin(), dice() % (history.size() / 2));
    const auto to = std::next(from, 1 + dice() % (history.size() / 2 - 1));
    State walked = from->second;
    const auto snapshot = store->snapshot();
    ASSERT_TRUE(walk_changes(
        *snapshot, *table, instant_from_ms(from->first + 1), instant_from_ms(to->first + 1),
        [&](const NetChange& net) -> Result<> {
          const auto text = [](const item::Item& item, const char* name) {
            return std::string(item.find(name)->string());
          };
          const std::string id = text(net.old ? *net.old : *net.next, "id");
          EXPECT_EQ(walked.contains(id), net.old.has_value());
          if (net.old) {
            EXPECT_EQ(walked[id], text(*net.old, "v"));
          }
          if (net.next) {
            walked[id] = text(*net.next, "v");
          } else {
            walked.erase(id);
          }
          return {};
        },
        i % 2 == 0 ? 3000 : kSliceBytes));
    EXPECT_EQ(walked, to->second);
  }
}

}  // namespace
}  // namespace orrery::dynamodb
