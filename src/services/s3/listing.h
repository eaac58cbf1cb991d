// One page of a bucket's keys, grouped by a delimiter (userguide/using-prefixes.html). Keys come in the order of their
// UTF-8 bytes; a group counts as one and is stepped over by a seek, however many keys it has.
#pragma once

#include "services/s3/records.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::s3 {

// Where a page ends: after this key, or after all keys that start with it.
struct Position {
  std::string key;  // empty: the beginning
  bool group = false;
};

struct ListQuery {
  std::string bucket, prefix;
  std::string delimiter;  // empty: no grouping
  std::size_t most = 0;   // keys and groups together
  Position after;
};

struct Listing {
  std::vector<std::pair<std::string, ObjectRecord>> objects;  // without bodies
  std::vector<std::string> groups;                            // common prefixes
  bool truncated = false;
  Position last;  // of this page

  std::size_t count() const { return objects.size() + groups.size(); }
};

Result<Listing> list_keys(Reader& reader, const ListQuery& query);

}  // namespace orrery::s3
