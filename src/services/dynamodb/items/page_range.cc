// Where a page begins and ends, in the store's keys.
#include "services/dynamodb/items/page.h"
#include "store/key.h"

#include <algorithm>

namespace orrery::dynamodb {
namespace {

using expression::KeyCondition;

Error invalid_start(std::string_view why = {}) {
  std::string message = "The provided starting key is invalid";
  if (!why.empty()) message.append(": ").append(why);
  return validation_error(std::move(message));
}

// The bytes of one sort value within a partition's keys: where keys with this value or a greater one begin, and where
// those with a greater one do.
struct SortBytes {
  std::string begin, end;
};

SortBytes sort_range(const Source& source, const std::string& partition, item::ValueView value) {
  if (source.index == nullptr) {
    const std::string key = partition + item::sort_bytes(value);
    return {key, key + '\0'};
  }
  std::string prefix = partition + item::entry_sort_bytes(value);
  prefix += item::entry_sort_end(value.type());
  KeyRange range = prefix_range(prefix);
  return {std::move(range.begin), std::move(range.end)};
}

KeyRange narrowed(const Source& source, const std::string& partition, const KeyCondition::Sort& sort) {
  KeyRange range = prefix_range(partition);
  SortBytes bytes = sort_range(source, partition, sort.value);
  switch (sort.op) {
    case KeyCondition::Operator::Equal:
      return {std::move(bytes.begin), std::move(bytes.end)};
    case KeyCondition::Operator::Less:
      range.end = std::move(bytes.begin);
      break;
    case KeyCondition::Operator::LessOrEqual:
      range.end = std::move(bytes.end);
      break;
    case KeyCondition::Operator::Greater:
      range.begin = std::move(bytes.end);
      break;
    case KeyCondition::Operator::GreaterOrEqual:
      range.begin = std::move(bytes.begin);
      break;
    case KeyCondition::Operator::Between:
      return {std::move(bytes.begin), sort_range(source, partition, sort.upper).end};
    case KeyCondition::Operator::NotIndexable:  // match() refuses it
      break;
    case KeyCondition::Operator::BeginsWith:
      return prefix_range(
          partition + (source.index == nullptr ? item::sort_bytes(sort.value) : item::entry_sort_bytes(sort.value)));
  }
  return range;
}

// The attributes that a starting key of the source has: the table's, and the index's.
std::vector<const item::KeyAttribute*> position_attributes(const Source& source) {
  std::vector<const item::KeyAttribute*> out;
  const auto add = [&](const item::KeyAttribute& attribute) {
    const auto same = [&](const item::KeyAttribute* one) { return one->name == attribute.name; };
    if (std::ranges::none_of(out, same)) out.push_back(&attribute);
  };
  for (const item::KeySchema* keys : {&source.table->keys, &source.keys()}) {
    add(keys->partition);
    if (keys->sort) add(*keys->sort);
  }
  return out;
}

}  // namespace

bool Source::holds(std::string_view attribute) const {
  return index == nullptr || index->projects_all || std::ranges::binary_search(index->projected, attribute);
}

Error no_such_index(std::string_view name) {
  return validation_error("The table does not have the specified index: " + std::string(name));
}

Result<> check_readable(const Source& source) {
  if (source.index == nullptr || source.index->readable) return {};
  return fail(validation_error("Cannot read from backfilling global secondary index: " + source.index->name));
}

Result<Source> source_of(std::shared_ptr<const Table> table, const std::optional<std::string>& index, bool consistent) {
  Source source{std::move(table), nullptr};
  if (!index) return source;
  source.index = source.table->find_index(*index);
  if (source.index == nullptr) return fail(no_such_index(*index));
  if (consistent && source.is_global()) {
    return fail(validation_error("Consistent reads are not supported on global secondary indexes"));
  }
  TRY(check_readable(source));
  return source;
}

Result<KeyRange> range_of(const Source& source, const KeyCondition& condition) {
  const item::KeySchema& keys = source.keys();
  TRY(item::check_key_value(keys.partition, condition.partition, true));
  const std::string partition = source.prefix() + item::partition_prefix(condition.partition);
  if (!condition.sort) return prefix_range(partition);
  TRY(item::check_key_value(*keys.sort, condition.sort->value, false));
  if (condition.sort->op == KeyCondition::Operator::Between) {
    TRY(item::check_key_value(*keys.sort, condition.sort->upper, false));
  }
  return narrowed(source, partition, *condition.sort);
}

Result<std::string> start_key(const Source& source, item::ItemView key) {
  const auto attributes = position_attributes(source);
  constexpr std::string_view kMismatch = "The provided key element does not match the schema";
  if (key.size() != attributes.size()) {
    return fail(source.index == nullptr ? invalid_start(kMismatch) : invalid_start());
  }
  for (const item::KeyAttribute* attribute : attributes) {
    const auto value = key.find(attribute->name);
    if (!value) return fail(source.index == nullptr ? invalid_start(kMismatch) : invalid_start());
    if (value->type() != attribute->type) return fail(invalid_start(kMismatch));
    const bool is_partition =
        attribute->name == source.table->keys.partition.name || attribute->name == source.keys().partition.name;
    if (const auto good = item::check_key_value(*attribute, *value, is_partition); !good) {
      return fail(invalid_start(good.error().message));
    }
  }
  std::string stored = TRY(item::key_of_item(source.table->keys, key));
  if (source.index != nullptr) stored = item::entry_key(source.index->keys, key, stored);
  return source.prefix() + stored;
}

void start_after(KeyRange& range, const std::string& key, Direction direction) {
  if (direction == Direction::Reverse) {
    if (range.end.empty() || key < range.end) range.end = key;
  } else {
    range.begin = std::max(range.begin, key + '\0');
  }
}

item::Item position_of(const Source& source, item::ItemView found) {
  if (source.index == nullptr) return item::key_attributes(source.table->keys, found);
  item::ItemBuilder out;
  for (const item::KeyAttribute* attribute : position_attributes(source)) {
    if (const auto value = found.find(attribute->name)) out.set(attribute->name, *value);
  }
  return out.build();
}

}  // namespace orrery::dynamodb
