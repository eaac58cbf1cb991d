#include "services/iam/shared.h"

#include "base/arn.h"
#include "base/encode.h"
#include "services/identity/managed_policies.h"
#include "services/paging.h"

#include <algorithm>
#include <charconv>

namespace orrery::iam {

Result<identity::RoleRecord> existing_role(Reader& reader, const Call& call, std::string_view name) {
  auto role = TRY(identity::get_role(reader, call.account, name));
  if (role) return *std::move(role);
  return fail(errors::NoSuchEntityException("The role with name " + std::string(name) + " cannot be found."));
}

Result<identity::UserRecord> existing_user(Reader& reader, const Call& call, std::string_view name) {
  auto user = TRY(identity::get_user(reader, call.account, name));
  if (user) return *std::move(user);
  return fail(errors::NoSuchEntityException("The user with name " + std::string(name) + " cannot be found."));
}

Result<identity::GroupRecord> existing_group(Reader& reader, const Call& call, std::string_view name) {
  auto group = TRY(identity::get_group(reader, call.account, name));
  if (group) return *std::move(group);
  return fail(errors::NoSuchEntityException("The group with name " + std::string(name) + " cannot be found."));
}

Result<identity::UserRecord> user_or_caller(Reader& reader, const Call& call, const std::optional<std::string>& name) {
  if (name) return existing_user(reader, call, *name);
  if (call.principal->kind != auth::Principal::Kind::User) {
    return fail(api_error("ValidationError", "Must specify userName when calling with non-User credentials", 400));
  }
  auto user = TRY(identity::get_user_by_id(reader, call.account, call.principal->user_id));
  if (user) return *std::move(user);
  return existing_user(reader, call, call.principal->name);
}

Result<Entity> existing_entity(Reader& reader, const Call& call, EntityKind kind, std::string_view name) {
  if (kind == EntityKind::Role) {
    const auto role = TRY(existing_role(reader, call, name));
    return Entity{kind, call.account, role.name, role.name};
  }
  if (kind == EntityKind::User) {
    const auto user = TRY(existing_user(reader, call, name));
    return Entity{kind, call.account, user.id, user.name};
  }
  const auto group = TRY(existing_group(reader, call, name));
  return Entity{kind, call.account, group.id, group.name};
}

Result<EntityOfArn> entity_of_arn(Reader& reader, const Call& call, const std::string& arn) {
  const auto parsed = Arn::parse(arn);
  const std::string name(identity::name_in_arn(arn));
  if (!parsed || parsed->service != "iam" || parsed->account != call.account) {
    return fail(errors::InvalidInputException("Invalid Entity Arn: " + arn));
  }
  EntityOfArn found;
  std::string arn_found;
  if (parsed->resource.starts_with("role/")) {
    const auto role = TRY(existing_role(reader, call, name));
    found = {{EntityKind::Role, call.account, role.name, role.name}, role.boundary_arn};
    arn_found = role.arn;
  } else if (parsed->resource.starts_with("user/")) {
    const auto user = TRY(existing_user(reader, call, name));
    found = {{EntityKind::User, call.account, user.id, user.name}, user.boundary_arn};
    arn_found = user.arn;
  } else if (parsed->resource.starts_with("group/")) {
    const auto group = TRY(existing_group(reader, call, name));
    found = {{EntityKind::Group, call.account, group.id, group.name}, ""};
    arn_found = group.arn;
  } else {
    return fail(errors::InvalidInputException("Invalid Entity Arn: " + arn));
  }
  if (arn_found == arn) return found;
  return fail(errors::NoSuchEntityException("The entity with ARN " + arn + " cannot be found."));
}

Result<std::vector<Entity>> groups_of(Reader& reader, const Entity& entity) {
  std::vector<Entity> groups;
  if (entity.kind != EntityKind::User) return groups;
  for (const auto& id : TRY(values_of(reader, identity::groups_of_user_prefix(entity.account, entity.key)))) {
    const auto group = TRY(identity::get_group_by_id(reader, entity.account, id));
    if (group) groups.push_back({EntityKind::Group, entity.account, group->id, group->name});
  }
  return groups;
}

Result<bool> name_taken(Reader& reader, const Call& call, std::string_view type, std::string_view name) {
  return TRY(reader.get(identity::item_key(call.account, type, identity::lower(name)))).has_value();
}
Result<> take_name(Transaction& tx, const Call& call, std::string_view type, std::string_view name) {
  return tx.put(identity::item_key(call.account, type, identity::lower(name)), name);
}
Result<> free_name(Transaction& tx, const Call& call, std::string_view type, std::string_view name) {
  return tx.erase(identity::item_key(call.account, type, identity::lower(name)));
}

std::string new_id(Call& call, std::string_view prefix) {
  return std::string(prefix) + call.random->token(17, kUpperAlphanumeric);
}

Instant whole_seconds(Instant at) { return std::chrono::floor<std::chrono::seconds>(at); }

bool is_service_linked(const identity::RoleRecord& role) { return role.path.starts_with("/aws-service-role/"); }

Result<> check_modifiable(const identity::RoleRecord& role) {
  if (!is_service_linked(role)) return {};
  return fail(errors::UnmodifiableEntityException("Cannot perform the operation on the protected role '" + role.name +
                                                  "' - this role is only modifiable by AWS"));
}

std::string encoded_document(std::string_view json_text) { return percent_encode(json_text); }

std::size_t policy_characters(std::string_view json_text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(json_text, [](const char c) { return c != ' ' && c != '\n' && c != '\t' && c != '\r'; }));
}

Result<> check_document(std::string_view json_text, auth::PolicyKind kind, std::size_t most_characters) {
  if (policy_characters(json_text) > most_characters) {
    const char* quota = kind == auth::PolicyKind::Trust ? "ACLSizePerRole" : "PolicySize";
    return fail(errors::LimitExceededException(std::string("Cannot exceed quota for ") + quota + ": " +
                                               std::to_string(most_characters)));
  }
  TRY(auth::parse_policy(json_text, kind));
  return {};
}

Result<TagMap> tags_of(const std::vector<Tag>& tags) {
  TagMap map;
  std::vector<std::string> seen;
  for (const auto& tag : tags) {
    const std::string key = identity::lower(tag.Key);
    if (key.starts_with("aws:")) {
      return fail(errors::InvalidInputException("Caller is an end user and not allowed to mutate system tags."));
    }
    if (std::ranges::find(seen, key) != seen.end()) {
      return fail(
          errors::InvalidInputException("Duplicate tag keys found. Please note that Tag keys are case insensitive."));
    }
    seen.push_back(key);
    map.emplace(tag.Key, tag.Value);
  }
  return map;
}

Result<TagMap> tags_of(const std::optional<std::vector<Tag>>& tags) {
  if (!tags) return TagMap();
  return tags_of(*tags);
}

Result<std::optional<std::vector<Tag>>> tag_list(Reader& reader, std::string_view arn) {
  std::optional<std::vector<Tag>> list;
  for (const auto& [key, value] : TRY(get_tags(reader, arn))) {
    if (!list) list.emplace();
    list->push_back({key, value});
  }
  return list;
}

Result<> put_tags(Transaction& tx, std::string_view arn, const std::vector<Tag>& tags) {
  const TagMap wanted = TRY(tags_of(tags));
  if (wanted.empty()) return {};
  // A key that differs in case only replaces, and brings its own case.
  std::vector<std::string> replaced;
  for (const auto& [key, value] : TRY(get_tags(tx, arn))) {
    for (const auto& [other, unused] : wanted) {
      if (key != other && identity::lower(key) == identity::lower(other)) replaced.push_back(key);
    }
  }
  if (!replaced.empty()) TRY(remove_tags(tx, arn, replaced));
  if (TRY(add_tags(tx, arn, wanted)).size() > kMaxTags) {
    return fail(errors::LimitExceededException("The number of tags has reached the maximum limit."));
  }
  return {};
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

Result<std::optional<std::string>> tags_page(Reader& reader, std::string_view arn, const PageRequest& page,
                                             std::vector<Tag>& tags) {
  const auto from = page.marker ? page_position(*page.marker) : std::optional<std::string>();
  if (page.marker && !from) return fail(api_error("ValidationError", "Invalid Marker.", 400));
  for (const auto& [key, value] : TRY(get_tags(reader, arn))) {
    if (from && key < *from) continue;
    if (static_cast<std::int64_t>(tags.size()) == page.max_items) return std::optional(page_token(key));
    tags.push_back({key, value});
  }
  return std::optional<std::string>();
}

Result<std::int64_t> count_keys(Reader& reader, const std::string& prefix) {
  std::int64_t count = 0;
  const auto cursor = reader.scan(prefix_range(prefix));
  while (cursor->next()) ++count;
  TRY(cursor->status());
  return count;
}

Result<bool> any_key(Reader& reader, const std::string& prefix) {
  const auto cursor = reader.scan(prefix_range(prefix));
  const bool found = cursor->next();
  TRY(cursor->status());
  return found;
}

Result<std::vector<std::string>> values_of(Reader& reader, const std::string& prefix) {
  std::vector<std::string> values;
  const auto cursor = reader.scan(prefix_range(prefix));
  while (cursor->next()) values.emplace_back(cursor->value());
  TRY(cursor->status());
  return values;
}

Result<> check_attachable(Reader& reader, const Call& call, const std::string& arn, const std::string& error) {
  if (identity::find_managed_policy(arn) != nullptr) return {};
  const auto policy = TRY(identity::get_policy(reader, call.account, identity::name_in_arn(arn)));
  if (!policy || policy->arn != arn) return fail(errors::NoSuchEntityException(error));
  return {};
}

Result<> check_boundary(Reader& reader, const Call& call, const std::string& arn) {
  return check_attachable(reader, call, arn, "Scope ARN: " + arn + " does not exist or is not attachable.");
}

Result<> move_boundary(Transaction& tx, const Entity& entity, const std::string& from, const std::string& to) {
  if (!from.empty()) TRY(tx.erase(identity::policy_use_key(from, entity, identity::PolicyUse::Boundary)));
  if (!to.empty()) TRY(tx.put(identity::policy_use_key(to, entity, identity::PolicyUse::Boundary), entity.key));
  return {};
}

Result<std::size_t> position_of(const std::optional<std::string>& marker) {
  if (!marker) return std::size_t{0};
  const auto text = page_position(*marker);
  std::size_t position = 0;
  const bool read =
      text && std::from_chars(text->data(), text->data() + text->size(), position).ptr == text->data() + text->size();
  if (!read) return fail(api_error("ValidationError", "Invalid Marker.", 400));
  return position;
}

std::string marker_of(std::size_t position) { return page_token(std::to_string(position)); }

}  // namespace orrery::iam
