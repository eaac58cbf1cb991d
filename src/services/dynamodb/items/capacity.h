// What operations on items consume, and how that is told (ReturnConsumedCapacity).
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
#pragma once

#include "services/dynamodb/tables/tables.h"
#include "services/dynamodb/tables/throughput.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::dynamodb {

// A write unit per started KB of the larger of the item before and after; a read unit per started 4 KB, half of it when
// eventually consistent; what does not exist counts as one unit.
inline constexpr double kTransactional = 2;  // a factor: each item is read or written twice, to prepare and to commit
double write_units(std::size_t before_bytes, std::size_t after_bytes);
double read_units(std::size_t bytes, bool consistent);

inline bool wants_capacity(const std::optional<std::string>& choice) {
  return choice && *choice != ReturnConsumedCapacity::NONE;
}

// Only transactions tell what of the sum was read and what written.
enum class Split : std::uint8_t { None, Reads, Writes };

// What one operation consumed of one table and its indexes.
class Consumption {
 public:
  void table(double units) { table_ += units; }
  void index(const Index& index, double units);
  // A change of one item: its own units, `factor` times (2 in a transaction), and those of each index that changed: an
  // entry that is new, gone or different costs its size, one that moves costs both its places.
  void write(const Table& table, std::optional<item::ItemView> old, std::optional<item::ItemView> next,
             double factor = 1);
  double total() const;
  // Of the table, its local indexes included, and of each global index.
  double of_table() const;
  const std::map<std::string, double>& of_global_indexes() const { return global_; }

  // What that takes of the table's provisioned throughput, local indexes included, and of its global indexes'.
  std::vector<Charge> charges(const Table& table, Use use) const;

  // nullopt unless `choice` is TOTAL or INDEXES. `table` as the request named it.
  std::optional<ConsumedCapacity> told(const std::optional<std::string>& choice, std::string_view table,
                                       Split split = Split::None) const;

 private:
  double table_ = 0;
  std::map<std::string, double> local_, global_;  // by index name
};

// The simple case: nothing but the table.
std::optional<ConsumedCapacity> consumed(const std::optional<std::string>& choice, std::string_view table,
                                         double units);

// ReturnItemCollectionMetrics: of the item collection that `item` (or its key) belongs to; nullopt unless `choice` is
// SIZE and the table has a local index. The range is that of whole gigabytes; a collection of more than 16 MB is not
// measured to its end and told to lie between none and 10, which is all that one may hold.
Result<std::optional<ItemCollectionMetrics>> collection_metrics(Reader& reader, const Table& table,
                                                                const std::optional<std::string>& choice,
                                                                item::ItemView item);

// The same of several items: each collection once, by the table's name as the request has it.
class CollectionMetrics {
 public:
  using ByTable = std::map<std::string, std::vector<ItemCollectionMetrics>>;
  explicit CollectionMetrics(const std::optional<std::string>& choice) : choice_(choice) {}
  Result<> add(Reader& reader, const Table& table, std::string_view table_name, item::ItemView item);
  // nullopt: none.
  std::optional<ByTable> take() &&;

 private:
  const std::optional<std::string>& choice_;
  ByTable told_;
  std::set<std::string> seen_;
};

}  // namespace orrery::dynamodb
