#include "services/dynamodb/items/page.h"

#include <algorithm>

namespace orrery::dynamodb {
namespace {

// The item that an index entry stands for.
Result<std::optional<std::string>> fetch_item(Reader& reader, const Table& table, item::ItemView entry) {
  const std::string key = TRY(item::key_of_item(table.keys, entry));
  return reader.get(table.item_key(key));
}

// Adds what the caller wants of a found item to the page.
void add_to(Page& page, const PageRequest& request, item::ItemView found) {
  if (request.filter != nullptr && !request.filter->holds(found)) return;
  ++page.count;
  if (request.counting) return;
  if (request.projection != nullptr) {
    page.items.push_back(request.projection->apply(found));
  } else {
    page.items.emplace_back(found);
  }
}

}  // namespace

Result<Page> read_page(Reader& reader, const PageRequest& request) {
  Page page;
  const KeyRange& range = request.range;
  if (!range.end.empty() && range.end <= range.begin) return page;
  const auto cursor = reader.scan(range, request.direction);
  while (cursor->next()) {
    const item::ItemView entry(cursor->value());
    ++page.scanned;
    page.bytes += entry.size_bytes();
    if (request.fetch) {
      const auto bytes = TRY(fetch_item(reader, *request.source->table, entry));
      if (!bytes) return fail(internal_error("an index entry without its item"));
      const item::ItemView whole(*bytes);
      const std::size_t size = whole.size_bytes();
      page.fetched_bytes += size;
      page.fetched_units += read_units(size, true);
      add_to(page, request, whole);
    } else {
      add_to(page, request, entry);
    }
    if (page.scanned == request.limit || page.bytes + page.fetched_bytes >= request.limit_bytes) {
      page.last = position_of(*request.source, entry);
      break;
    }
  }
  TRY(cursor->status());
  return page;
}

Consumption page_consumption(const Source& source, const Page& page, bool consistent) {
  Consumption consumption;
  const double read = read_units(page.bytes, consistent);
  if (source.index == nullptr) {
    consumption.table(read);
  } else {
    consumption.index(*source.index, read);
    consumption.table(page.fetched_units * (consistent ? 1.0 : 0.5));
  }
  return consumption;
}

std::vector<Charge> page_charges(const Source& source, const Page& page, bool consistent) {
  return page_consumption(source, page, consistent).charges(*source.table, Use::Read);
}

std::optional<ConsumedCapacity> page_capacity(const std::optional<std::string>& choice, const std::string& table,
                                              const Source& source, const Page& page, bool consistent) {
  if (!wants_capacity(choice)) return std::nullopt;
  const double read = read_units(page.bytes, consistent);
  const double fetched = page.fetched_units * (consistent ? 1.0 : 0.5);
  ConsumedCapacity out;
  out.TableName = table;
  out.CapacityUnits = read + fetched;
  if (*choice != ReturnConsumedCapacity::INDEXES) return out;
  out.Table.emplace().CapacityUnits = source.index == nullptr ? read : fetched;
  if (source.index == nullptr) return out;
  auto& indexes = source.index->local ? out.LocalSecondaryIndexes : out.GlobalSecondaryIndexes;
  indexes.emplace()[source.index->name].CapacityUnits = read;
  return out;
}

}  // namespace orrery::dynamodb
