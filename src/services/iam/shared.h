// What the operations of IAM share: existing things or their errors, pages, tags, policy documents.
#pragma once

#include "services/identity/entities.h"
#include "services/identity/records.h"
#include "services/operation.h"
#include "services/tags.h"
#include "shapes/iam.h"

#include <functional>

namespace orrery::iam {

using identity::Entity;
using identity::EntityKind;

// The thing, or NoSuchEntity.
Result<identity::RoleRecord> existing_role(Reader& reader, const Call& call, std::string_view name);
Result<identity::UserRecord> existing_user(Reader& reader, const Call& call, std::string_view name);
Result<identity::GroupRecord> existing_group(Reader& reader, const Call& call, std::string_view name);
// The caller himself where no name is given. ValidationError when the caller is no user.
Result<identity::UserRecord> user_or_caller(Reader& reader, const Call& call, const std::optional<std::string>& name);
Result<Entity> existing_entity(Reader& reader, const Call& call, EntityKind kind, std::string_view name);
// A user, group or role of the caller's account. NoSuchEntity unless what has the ARN's last part for a name has that
// very ARN, path included: it is the ARN that the caller was allowed to ask about.
struct EntityOfArn {
  Entity entity;
  std::string boundary_arn;  // of its permissions boundary; empty: none
};
Result<EntityOfArn> entity_of_arn(Reader& reader, const Call& call, const std::string& arn);
// Of a user; nobody else has any.
Result<std::vector<Entity>> groups_of(Reader& reader, const Entity& entity);
// Unique names of roles, users, groups and policies do not differ in case only.
Result<bool> name_taken(Reader& reader, const Call& call, std::string_view type, std::string_view name);
Result<> take_name(Transaction& tx, const Call& call, std::string_view type, std::string_view name);
Result<> free_name(Transaction& tx, const Call& call, std::string_view type, std::string_view name);

// "AIDA", "AGPA", "AROA", "ANPA", "AIPA": the unique ids' prefixes.
std::string new_id(Call& call, std::string_view prefix);
// IAM's times have no fractions.
Instant whole_seconds(Instant at);
bool is_service_linked(const identity::RoleRecord& role);
// UnmodifiableEntity for roles that only their services change.
Result<> check_modifiable(const identity::RoleRecord& role);

// Policy documents in replies are percent-encoded (RFC 3986), as IAM's are.
std::string encoded_document(std::string_view json_text);
// Without white space, which does not count (docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
std::size_t policy_characters(std::string_view json_text);
// Parses, for its errors, and checks the size: LimitExceeded.
Result<> check_document(std::string_view json_text, auth::PolicyKind kind, std::size_t most_characters);

Result<TagMap> tags_of(const std::optional<std::vector<Tag>>& tags);
Result<TagMap> tags_of(const std::vector<Tag>& tags);
Result<std::optional<std::vector<Tag>>> tag_list(Reader& reader, std::string_view arn);
Result<> put_tags(Transaction& tx, std::string_view arn, const std::vector<Tag>& tags);

// One page of a scan. `take` returns whether it wanted the entry; entries are counted when it did.
struct PageRequest {
  std::optional<std::string> marker;
  std::int64_t max_items = 100;
};
// Returns the marker of the next page, nullopt at the end. Error: ValidationError for a marker that is not ours.
Result<std::optional<std::string>> scan_page(Reader& reader, const std::string& prefix, const PageRequest& page,
                                             const std::function<Result<bool>(Cursor&)>& take);
template <class In>
PageRequest page_of(const In& input) {
  return {input.Marker, input.MaxItems.value_or(100)};
}
// Fills Marker and IsTruncated.
template <class Out>
void end_page(Out& output, std::optional<std::string> marker) {
  output.IsTruncated = marker.has_value();
  output.Marker = std::move(marker);
}
// A page of what is in memory: the marker is a position.
template <class T, class In>
Result<std::optional<std::string>> list_page(const std::vector<T>& all, const In& input, std::vector<T>& page);

// Tags of an ARN by pages: at most 50, one page holds them unless a smaller one is asked for.
Result<std::optional<std::string>> tags_page(Reader& reader, std::string_view arn, const PageRequest& page,
                                             std::vector<Tag>& tags);

Result<std::int64_t> count_keys(Reader& reader, const std::string& prefix);
Result<bool> any_key(Reader& reader, const std::string& prefix);
// Values of all keys.
Result<std::vector<std::string>> values_of(Reader& reader, const std::string& prefix);

// NoSuchEntity unless the policy, AWS's or a customer's, is there.
Result<> check_attachable(Reader& reader, const Call& call, const std::string& arn, const std::string& error);
Result<> check_boundary(Reader& reader, const Call& call, const std::string& arn);
// Sets, replaces or (with an empty ARN) takes away the permissions boundary of a user or role in the index.
Result<> move_boundary(Transaction& tx, const Entity& entity, const std::string& from, const std::string& to);

// `marker` as a position of list_page.
Result<std::size_t> position_of(const std::optional<std::string>& marker);
std::string marker_of(std::size_t position);

template <class T, class In>
Result<std::optional<std::string>> list_page(const std::vector<T>& all, const In& input, std::vector<T>& page) {
  std::int64_t most = 100;
  if constexpr (requires { input.MaxItems; }) most = input.MaxItems.value_or(100);
  const std::size_t from = TRY(position_of(input.Marker));
  for (std::size_t i = from; i < all.size(); ++i) {
    if (static_cast<std::int64_t>(page.size()) == most) return std::optional(marker_of(i));
    page.push_back(all[i]);
  }
  return std::optional<std::string>();
}

}  // namespace orrery::iam
