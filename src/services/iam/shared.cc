#include "base/encode.h"
#include "services/iam/operations.h"
#include "services/paging.h"

#include <algorithm>

namespace orrery::iam {

Result<identity::RoleRecord> existing_role(Reader& reader, const Call& call, std::string_view name) {
  auto role = TRY(identity::get_role(reader, call.account, name));
  if (!role) {
    return fail(errors::NoSuchEntityException("The role with name " + std::string(name) + " cannot be found."));
  }
  return *std::move(role);
}

std::string encoded_document(std::string_view json_text) { return percent_encode(json_text); }

std::size_t policy_characters(std::string_view json_text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(json_text, [](const char c) { return c != ' ' && c != '\n' && c != '\t' && c != '\r'; }));
}

Result<> check_document(std::string_view json_text, auth::PolicyKind kind, std::size_t most_characters) {
  if (policy_characters(json_text) > most_characters) {
    return fail(
        errors::LimitExceededException("Cannot exceed quota for PolicySize: " + std::to_string(most_characters)));
  }
  TRY(auth::parse_policy(json_text, kind));
  return {};
}

Result<TagMap> tags_of(const std::optional<std::vector<Tag>>& tags) {
  TagMap map;
  if (!tags) return map;
  for (const auto& tag : *tags) {
    if (!map.emplace(tag.Key, tag.Value).second) {
      return fail(
          errors::InvalidInputException("Duplicate tag keys found. Please note that Tag keys are case insensitive."));
    }
  }
  return map;
}

Result<std::optional<std::string>> scan_page(Reader& reader, const std::string& prefix, const PageRequest& page,
                                             const std::function<Result<bool>(Cursor&)>& take) {
  KeyRange range = prefix_range(prefix);
  if (page.marker) {
    const auto position = page_position(*page.marker);
    if (!position || !position->starts_with(prefix)) {
      return fail(api_error("ValidationError", "Invalid Marker.", 400));
    }
    range.begin = *position;
  }
  const auto cursor = reader.scan(range);
  std::int64_t taken = 0;
  while (cursor->next()) {
    if (taken == page.max_items) return std::optional(page_token(cursor->key()));
    taken += TRY(take(*cursor)) ? 1 : 0;
  }
  TRY(cursor->status());
  return std::optional<std::string>();
}

}  // namespace orrery::iam
