// Inline and attached policies of users, groups and roles: the same operations for each kind.
#pragma once

#include "services/iam/shared.h"

namespace orrery::iam {

Result<> put_inline(Call& call, Transaction& tx, EntityKind kind, const std::string& name, const std::string& policy,
                    const std::string& document);
struct InlinePolicy {
  std::string entity, document;  // the entity's name as it is spelled; the document percent-encoded
};
Result<InlinePolicy> find_inline(Call& call, Reader& reader, EntityKind kind, const std::string& name,
                                 const std::string& policy);
Result<> delete_inline(Call& call, Transaction& tx, EntityKind kind, const std::string& name,
                       const std::string& policy);
Result<std::optional<std::string>> list_inline(Call& call, Reader& reader, EntityKind kind, const std::string& name,
                                               const PageRequest& page, std::vector<std::string>& names);
Result<> attach(Call& call, Transaction& tx, EntityKind kind, const std::string& name, const std::string& arn);
Result<> detach(Call& call, Transaction& tx, EntityKind kind, const std::string& name, const std::string& arn);
Result<std::optional<std::string>> list_attached(Call& call, Reader& reader, EntityKind kind, const std::string& name,
                                                 const std::string& path, const PageRequest& page,
                                                 std::vector<AttachedPolicy>& policies);

template <EntityKind Kind, class In>
const std::string& entity_name(const In& input) {
  if constexpr (Kind == EntityKind::User) {
    return input.UserName;
  } else if constexpr (Kind == EntityKind::Group) {
    return input.GroupName;
  } else {
    return input.RoleName;
  }
}

template <EntityKind Kind, class In>
Result<wire::Empty> put_inline_policy(Call& call, Transaction& tx, const In& input) {
  TRY(put_inline(call, tx, Kind, entity_name<Kind>(input), input.PolicyName, input.PolicyDocument));
  return wire::Empty{};
}

template <EntityKind Kind, class In, class Out>
Result<Out> get_inline_policy(Call& call, Reader& reader, const In& input) {
  auto found = TRY(find_inline(call, reader, Kind, entity_name<Kind>(input), input.PolicyName));
  return Out{std::move(found.entity), input.PolicyName, std::move(found.document)};
}

template <EntityKind Kind, class In>
Result<wire::Empty> delete_inline_policy(Call& call, Transaction& tx, const In& input) {
  TRY(delete_inline(call, tx, Kind, entity_name<Kind>(input), input.PolicyName));
  return wire::Empty{};
}

template <EntityKind Kind, class In, class Out>
Result<Out> list_inline_policies(Call& call, Reader& reader, const In& input) {
  Out output;
  end_page(output, TRY(list_inline(call, reader, Kind, entity_name<Kind>(input), page_of(input), output.PolicyNames)));
  return output;
}

template <EntityKind Kind, class In>
Result<wire::Empty> attach_policy(Call& call, Transaction& tx, const In& input) {
  TRY(attach(call, tx, Kind, entity_name<Kind>(input), input.PolicyArn));
  return wire::Empty{};
}

template <EntityKind Kind, class In>
Result<wire::Empty> detach_policy(Call& call, Transaction& tx, const In& input) {
  TRY(detach(call, tx, Kind, entity_name<Kind>(input), input.PolicyArn));
  return wire::Empty{};
}

template <EntityKind Kind, class In, class Out>
Result<Out> list_attached_policies(Call& call, Reader& reader, const In& input) {
  Out output;
  end_page(output, TRY(list_attached(call, reader, Kind, entity_name<Kind>(input), input.PathPrefix.value_or("/"),
                                     page_of(input), output.AttachedPolicies.emplace())));
  return output;
}

}  // namespace orrery::iam
