// What all list operations share.
#pragma once

#include "base/result.h"
#include "store/store.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace orrery::events {

struct PageRequest {
  std::optional<std::string> token;
  std::int64_t limit = 100;
};

// Where the page begins within the keys under `prefix`. Error: ValidationException, not a token of this list.
Result<KeyRange> page_range(const std::string& prefix, const std::optional<std::string>& token);

// One page of a scan under `prefix`. `take` is called for each entry of the page; it returns whether it wanted the
// entry, and entries are counted when it did. Returns the next page's token, nullopt at the end.
Result<std::optional<std::string>> scan_page(Reader& reader, const std::string& prefix, const PageRequest& page,
                                             const std::function<Result<bool>(Cursor&)>& take);
// How many keys there are under `prefix`, counting no further than `most`.
Result<std::size_t> count_keys(Reader& reader, const std::string& prefix, std::size_t most);

}  // namespace orrery::events
