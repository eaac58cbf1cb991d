#include "services/events/pages.h"

#include "services/paging.h"

namespace orrery::events {

Result<KeyRange> page_range(const std::string& prefix, const std::optional<std::string>& token) {
  KeyRange range = prefix_range(prefix);
  if (!token) return range;
  auto position = page_position(*token);
  if (!position || !position->starts_with(prefix)) {
    return fail(api_error("ValidationException", "Parameter NextToken is not valid."));
  }
  range.begin = *std::move(position);
  return range;
}

Result<std::optional<std::string>> scan_page(Reader& reader, const std::string& prefix, const PageRequest& page,
                                             const std::function<Result<bool>(Cursor&)>& take) {
  const auto cursor = reader.scan(TRY(page_range(prefix, page.token)));
  std::int64_t taken = 0;
  while (cursor->next()) {
    if (taken == page.limit) return std::optional(page_token(cursor->key()));
    taken += TRY(take(*cursor)) ? 1 : 0;
  }
  TRY(cursor->status());
  return std::optional<std::string>();
}

Result<std::size_t> count_keys(Reader& reader, const std::string& prefix, std::size_t most) {
  std::size_t count = 0;
  const auto cursor = reader.scan(prefix_range(prefix));
  while (count < most && cursor->next()) ++count;
  TRY(cursor->status());
  return count;
}

}  // namespace orrery::events
