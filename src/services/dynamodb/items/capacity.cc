#include "services/dynamodb/items/capacity.h"

#include "services/dynamodb/indexes/entries.h"

#include <algorithm>

namespace orrery::dynamodb {
namespace {

constexpr std::size_t kMostMeasured = std::size_t{16} * 1024 * 1024;

double started(std::size_t bytes, std::size_t unit) {
  return static_cast<double>(std::max<std::size_t>(1, (bytes + unit - 1) / unit));
}

double units_of(const std::optional<item::Item>& entry) { return entry ? write_units(entry->size_bytes(), 0) : 0; }

// docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations.Writes
double index_units(const Index& index, std::optional<item::ItemView> old, std::optional<item::ItemView> next) {
  const auto before = old ? projected(index, *old) : std::nullopt;
  const auto after = next ? projected(index, *next) : std::nullopt;
  if (!before || !after) return units_of(before) + units_of(after);
  const bool moved = item::entry_key(index.keys, *before, {}) != item::entry_key(index.keys, *after, {});
  if (moved) return units_of(before) + units_of(after);
  return *before == *after ? 0 : write_units(before->size_bytes(), after->size_bytes());
}

double sum(const std::map<std::string, double>& units) {
  double total = 0;
  for (const auto& [name, one] : units) total += one;
  return total;
}

template <class Told>
void tell(Told& told, double units, Split split) {
  told.CapacityUnits = units;
  if (split == Split::Reads) told.ReadCapacityUnits = units;
  if (split == Split::Writes) told.WriteCapacityUnits = units;
}

void tell_indexes(const std::map<std::string, double>& units, Split split,
                  std::optional<std::map<std::string, Capacity>>& told) {
  if (units.empty()) return;
  told.emplace();
  for (const auto& [name, one] : units) tell((*told)[name], one, split);
}

// Adds what is stored under `prefix`, until the most that is measured.
Result<> measure(Reader& reader, std::string_view prefix, std::size_t& bytes) {
  const auto cursor = reader.scan(prefix_range(prefix));
  while (bytes <= kMostMeasured && cursor->next()) bytes += item::ItemView(cursor->value()).size_bytes();
  return cursor->status();
}

}  // namespace

double write_units(std::size_t before_bytes, std::size_t after_bytes) {
  return started(std::max(before_bytes, after_bytes), 1024);
}

double read_units(std::size_t bytes, bool consistent) { return started(bytes, 4096) * (consistent ? 1.0 : 0.5); }

void Consumption::index(const Index& index, double units) { (index.local ? local_ : global_)[index.name] += units; }

void Consumption::write(const Table& table, std::optional<item::ItemView> old, std::optional<item::ItemView> next,
                        double factor) {
  table_ += factor * write_units(old ? old->size_bytes() : 0, next ? next->size_bytes() : 0);
  for (const Index& one : table.indexes) {
    if (const double units = index_units(one, old, next); units > 0) index(one, units);
  }
}

double Consumption::of_table() const { return table_ + sum(local_); }

double Consumption::total() const { return table_ + sum(local_) + sum(global_); }

std::vector<Charge> Consumption::charges(const Table& table, Use use) const {
  std::vector<Charge> out;
  add_charge(table, nullptr, use, of_table(), out);
  for (const auto& [name, units] : global_) add_charge(table, table.find_index(name), use, units, out);
  return out;
}

std::optional<ConsumedCapacity> Consumption::told(const std::optional<std::string>& choice, std::string_view table,
                                                  Split split) const {
  if (!wants_capacity(choice)) return std::nullopt;
  ConsumedCapacity out;
  out.TableName = std::string(table);
  tell(out, total(), split);
  if (*choice != ReturnConsumedCapacity::INDEXES) return out;
  tell(out.Table.emplace(), table_, split);
  tell_indexes(local_, split, out.LocalSecondaryIndexes);
  tell_indexes(global_, split, out.GlobalSecondaryIndexes);
  return out;
}

std::optional<ConsumedCapacity> consumed(const std::optional<std::string>& choice, std::string_view table,
                                         double units) {
  Consumption consumption;
  consumption.table(units);
  return consumption.told(choice, table);
}

Result<std::optional<ItemCollectionMetrics>> collection_metrics(Reader& reader, const Table& table,
                                                                const std::optional<std::string>& choice,
                                                                item::ItemView item) {
  std::optional<ItemCollectionMetrics> out;
  if (choice != ReturnItemCollectionMetrics::SIZE || !std::ranges::any_of(table.indexes, &Index::local)) return out;
  const auto partition = item.find(table.keys.partition.name);
  if (!partition) return out;
  const std::string prefix = item::partition_prefix(*partition);
  std::size_t bytes = 0;
  TRY(measure(reader, table.items_prefix() + prefix, bytes));
  for (const Index& index : table.indexes) {
    if (index.local) TRY(measure(reader, items_prefix(index.number) + prefix, bytes));
  }
  out.emplace();
  out->ItemCollectionKey = item::Item{{table.keys.partition.name, item::Value(*partition)}};
  out->SizeEstimateRangeGB = {0.0, bytes <= kMostMeasured ? 1.0 : 10.0};
  return out;
}

Result<> CollectionMetrics::add(Reader& reader, const Table& table, std::string_view table_name, item::ItemView item) {
  if (choice_ != ReturnItemCollectionMetrics::SIZE) return {};
  const auto partition = item.find(table.keys.partition.name);
  if (!partition || !seen_.insert(table.items_prefix() + std::string(partition->bytes())).second) return {};
  if (auto one = TRY(collection_metrics(reader, table, choice_, item))) {
    told_[std::string(table_name)].push_back(*std::move(one));
  }
  return {};
}

std::optional<CollectionMetrics::ByTable> CollectionMetrics::take() && {
  if (told_.empty()) return std::nullopt;
  return std::move(told_);
}

}  // namespace orrery::dynamodb
