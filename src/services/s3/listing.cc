#include "services/s3/listing.h"

#include <algorithm>

namespace orrery::s3 {
namespace {

// The common prefix that `key` belongs to; empty: it stands for itself.
std::string_view group_of(const ListQuery& query, std::string_view key) {
  if (query.delimiter.empty() || !key.starts_with(query.prefix)) return {};
  const std::size_t at = key.find(query.delimiter, query.prefix.size());
  return at == std::string_view::npos ? std::string_view() : key.substr(0, at + query.delimiter.size());
}

std::string begin_after(const ListQuery& query) {
  const Position& after = query.after;
  if (after.group) return objects_range(query.bucket, after.key).end;
  // "CommonPrefixes is filtered out from results if it is not lexicographically greater than the StartAfter value":
  // a start within a group lets no group of it appear.
  const std::string_view group = group_of(query, after.key);
  if (!group.empty()) return objects_range(query.bucket, group).end;
  return object_key(query.bucket, after.key) + '\0';
}

}  // namespace

Result<Listing> list_keys(Reader& reader, const ListQuery& query) {
  Listing listing;
  if (query.most == 0) return listing;
  KeyRange range = objects_range(query.bucket, query.prefix);
  if (!query.after.key.empty()) range.begin = std::max(range.begin, begin_after(query));

  while (range.begin < range.end) {
    const auto cursor = reader.scan(range);
    bool jumped = false;
    while (!jumped && cursor->next()) {
      if (listing.count() == query.most) {
        listing.truncated = true;
        return listing;
      }
      std::string key = key_of(cursor->key());
      if (const std::string_view group = group_of(query, key); !group.empty()) {
        listing.groups.emplace_back(group);
        listing.last = {std::string(group), true};
        range.begin = objects_range(query.bucket, group).end;
        jumped = true;
      } else {
        listing.last = {key, false};
        auto object = TRY(decode_object(cursor->value(), WithBody::No));
        listing.objects.emplace_back(std::move(key), std::move(object));
      }
    }
    TRY(cursor->status());
    if (!jumped) break;
  }
  return listing;
}

}  // namespace orrery::s3
