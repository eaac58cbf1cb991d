// What Query, Scan and PartiQL's SELECT have in common: where they read, which part of it, and one page of what is
// there.
#pragma once

#include "expression/condition.h"
#include "expression/key_condition.h"
#include "expression/projection.h"
#include "services/dynamodb/items/capacity.h"
#include "services/dynamodb/tables/tables.h"
#include "services/dynamodb/tables/throughput.h"
#include "store/store.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::dynamodb {

// A page ends with the item that reaches 1 MB
// (docs.aws.amazon.com/amazondynamodb/latest/developerguide/Scan.html#Scan.Pagination).
inline constexpr std::size_t kPageBytes = std::size_t{1024} * 1024;

// The table itself, or one of its indexes.
struct Source {
  std::shared_ptr<const Table> table;
  const Index* index = nullptr;  // of the table

  const item::KeySchema& keys() const { return index != nullptr ? index->keys : table->keys; }
  std::string prefix() const { return items_prefix(index != nullptr ? index->number : table->number); }
  bool is_global() const { return index != nullptr && !index->local; }
  // Whether its entries hold the attribute, of items that have it.
  bool holds(std::string_view attribute) const;
};

// Errors (ValidationException): no such index; a consistent read of a global one; one that is being built.
Result<Source> source_of(std::shared_ptr<const Table> table, const std::optional<std::string>& index, bool consistent);
Error no_such_index(std::string_view name);
Result<> check_readable(const Source& source);

// The store's keys of what a key condition selects. Errors (ValidationException): a value that is empty or too long.
Result<KeyRange> range_of(const Source& source, const expression::KeyCondition& condition);

// Of an ExclusiveStartKey: the store's key, where the page before ended. Errors (ValidationException): "The provided
// starting key is invalid", and why.
Result<std::string> start_key(const Source& source, item::ItemView key);
// Cuts the range to what follows `key` in the direction.
void start_after(KeyRange& range, const std::string& key, Direction direction);
// The key attributes of an item or entry of the source: of the index and of the table. What start_key() reads.
item::Item position_of(const Source& source, item::ItemView found);

struct PageRequest {
  const Source* source = nullptr;
  KeyRange range;
  Direction direction = Direction::Forward;
  std::int64_t limit = std::numeric_limits<std::int64_t>::max();  // of what is read, not of what is returned
  std::size_t limit_bytes = kPageBytes;
  const expression::Condition* filter = nullptr;
  const expression::Projection* projection = nullptr;  // nullptr: everything
  bool fetch = false;                                  // of an index: the whole items, from the table
  bool counting = false;                               // return no items
};

struct Page {
  std::vector<item::Item> items;
  std::int64_t count = 0;    // what passed the filter
  std::int64_t scanned = 0;  // what was read
  std::size_t bytes = 0;     // read of the source
  double fetched_units = 0;  // strongly consistent read units of the items fetched from the table
  std::size_t fetched_bytes = 0;
  std::optional<item::Item> last;  // where it ended, when it ended before the range did
};

Result<Page> read_page(Reader& reader, const PageRequest& request);

// What the page consumed …
Consumption page_consumption(const Source& source, const Page& page, bool consistent);
// … and what it takes of provisioned throughput.
std::vector<Charge> page_charges(const Source& source, const Page& page, bool consistent);

// What the page cost: half a unit for each started 4 KB, a whole one when consistent. `choice`:
// ReturnConsumedCapacity; `table`: as the request named it.
std::optional<ConsumedCapacity> page_capacity(const std::optional<std::string>& choice, const std::string& table,
                                              const Source& source, const Page& page, bool consistent);

}  // namespace orrery::dynamodb
