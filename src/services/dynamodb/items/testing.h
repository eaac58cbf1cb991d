// Requests in JSON, for the tests of this folder.
#pragma once

#include "item/codec.h"
#include "services/dynamodb/testing.h"
#include "wire/protocol.h"

namespace orrery::dynamodb {

class ItemOperationsTest : public DynamoDbTest {
 protected:
  template <class In>
  static In request(std::string_view text) {
    In input;
    const auto read = wire::from_document(wire::shape_for<In>(), *parse_json(text), &input, true);
    EXPECT_TRUE(read) << (read ? "" : read.error().message);
    return input;
  }
  template <class Out>
  static std::string text(const Result<Out>& done) {
    if (!done) return done.error().code + ": " + done.error().message;
    return to_text(wire::to_document(wire::shape_for<Out>(), &*done));
  }
  static std::string text(const std::optional<item::Item>& item) { return item ? item::to_json(*item) : "none"; }
  static item::Item item(std::string_view json) { return *item::item_from_json(json); }

  std::string put_text(std::string_view json) { return text(run(&put_item, request<PutItemInput>(json))); }
  std::string update_text(std::string_view json) { return text(run(&update_item, request<UpdateItemInput>(json))); }
  std::string delete_text(std::string_view json) { return text(run(&delete_item, request<DeleteItemInput>(json))); }
  std::string get_text(std::string_view json) { return text(run(&get_item, request<GetItemInput>(json))); }
  std::string transact(std::string_view json) {
    return text(run(&transact_write_items, request<TransactWriteItemsInput>(json)));
  }
  std::string stored_item(const std::string& table, std::string_view key) { return text(get(table, item(key))); }

  // Gives the table an index of its own making, as CreateTable would.
  void add_index(const std::string& name, bool local, const std::string& index, const std::string& partition,
                 const std::string& sort, const std::string& projection) {
    ASSERT_TRUE(store->transact([&](Transaction& tx) -> Result<> {
      const TableName full{call.account, call.region, name};
      Table table = *TRY(find_table(tx, full));
      auto& definitions = *table.description.AttributeDefinitions;
      for (const std::string& key : {partition, sort}) {
        const auto same = [&](const AttributeDefinition& one) { return one.AttributeName == key; };
        if (!key.empty() && std::ranges::none_of(definitions, same)) definitions.push_back({key, "S"});
      }
      const auto describe = [&](auto& all) {
        auto& description = (all ? *all : all.emplace()).emplace_back();
        description.IndexName = index;
        description.KeySchema.emplace().push_back({partition, "HASH"});
        if (!sort.empty()) description.KeySchema->push_back({sort, "RANGE"});
        description.Projection.emplace().ProjectionType = projection;
      };
      if (local) {
        describe(table.description.LocalSecondaryIndexes);
      } else {
        describe(table.description.GlobalSecondaryIndexes);
      }
      Index added;
      added.name = index;
      added.number = TRY(next_table_number(tx));
      table.indexes.push_back(added);
      return put_table(tx, full, table);
    }));
  }
};

}  // namespace orrery::dynamodb
