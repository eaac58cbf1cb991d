#include "base/arn.h"
#include "services/iam/users.h"

namespace orrery::iam {
namespace {

constexpr std::int64_t kGroupsMost = 10;  // a user may be in

Error group_exists(const std::string& name) {
  return errors::EntityAlreadyExistsException("Group with name " + name + " already exists.");
}

std::string arn_of(const Call& call, const identity::GroupRecord& group) {
  return make_arn("iam", "", call.account, "group" + group.path + group.name);
}

}  // namespace

Group describe(const identity::GroupRecord& group) {
  Group out;
  out.Path = group.path;
  out.GroupName = group.name;
  out.GroupId = group.id;
  out.Arn = group.arn;
  out.CreateDate = group.created;
  return out;
}

Result<CreateGroupResponse> create_group(Call& call, Transaction& tx, const CreateGroupRequest& input) {
  if (TRY(identity::get_group(tx, call.account, input.GroupName))) return fail(group_exists(input.GroupName));
  identity::GroupRecord group;
  group.name = input.GroupName;
  group.path = input.Path.value_or("/");
  group.id = new_id(call, "AGPA");
  group.arn = arn_of(call, group);
  group.created = whole_seconds(call.now);
  TRY(identity::put_group(tx, call.account, group));
  return CreateGroupResponse{describe(group)};
}

Result<GetGroupResponse> get_group(Call& call, Reader& reader, const GetGroupRequest& input) {
  const auto group = TRY(existing_group(reader, call, input.GroupName));
  GetGroupResponse output;
  output.Group = describe(group);
  end_page(output, TRY(scan_page(reader, identity::users_of_group_prefix(call.account, group.id), page_of(input),
                                 [&](Cursor& cursor) -> Result<bool> {
                                   const auto user =
                                       TRY(identity::get_user_by_id(reader, call.account, cursor.value()));
                                   if (!user) return false;
                                   output.Users.push_back(TRY(describe(reader, *user)));
                                   output.Users.back().Tags.reset();
                                   output.Users.back().PermissionsBoundary.reset();
                                   return true;
                                 })));
  return output;
}

Result<ListGroupsResponse> list_groups(Call& call, Reader& reader, const ListGroupsRequest& input) {
  ListGroupsResponse output;
  const std::string path = input.PathPrefix.value_or("/");
  end_page(output, TRY(scan_page(reader, identity::groups_prefix(call.account), page_of(input),
                                 [&](Cursor& cursor) -> Result<bool> {
                                   const auto group = TRY(identity::decode_group(cursor.value()));
                                   if (!group.path.starts_with(path)) return false;
                                   output.Groups.push_back(describe(group));
                                   return true;
                                 })));
  return output;
}

Result<wire::Empty> update_group(Call& call, Transaction& tx, const UpdateGroupRequest& input) {
  auto group = TRY(existing_group(tx, call, input.GroupName));
  const auto before = group;
  if (input.NewGroupName) group.name = *input.NewGroupName;
  if (input.NewPath) group.path = *input.NewPath;
  if (identity::lower(group.name) != identity::lower(before.name) &&
      TRY(identity::get_group(tx, call.account, group.name))) {
    return fail(group_exists(group.name));
  }
  group.arn = arn_of(call, group);
  TRY(identity::erase_group(tx, call.account, before));
  TRY(identity::put_group(tx, call.account, group));
  return wire::Empty{};
}

Result<wire::Empty> delete_group(Call& call, Transaction& tx, const DeleteGroupRequest& input) {
  const auto group = TRY(existing_group(tx, call, input.GroupName));
  const Entity entity{EntityKind::Group, call.account, group.id, group.name};
  if (TRY(any_key(tx, identity::users_of_group_prefix(call.account, group.id)))) {
    return fail(errors::DeleteConflictException("Cannot delete entity, must remove users from group first."));
  }
  if (TRY(any_key(tx, identity::attached_prefix(entity)))) {
    return fail(errors::DeleteConflictException("Cannot delete entity, must detach all policies first."));
  }
  if (TRY(any_key(tx, identity::inline_prefix(entity)))) {
    return fail(errors::DeleteConflictException("Cannot delete entity, must delete policies first."));
  }
  TRY(identity::erase_group(tx, call.account, group));
  return wire::Empty{};
}

Result<wire::Empty> add_user_to_group(Call& call, Transaction& tx, const AddUserToGroupRequest& input) {
  const auto group = TRY(existing_group(tx, call, input.GroupName));
  const auto user = TRY(existing_user(tx, call, input.UserName));
  std::int64_t others = 0;
  for (const auto& id : TRY(values_of(tx, identity::groups_of_user_prefix(call.account, user.id)))) {
    others += id == group.id ? 0 : 1;
  }
  if (others >= kGroupsMost) {
    return fail(
        errors::LimitExceededException("Cannot exceed quota for GroupsPerUser: " + std::to_string(kGroupsMost)));
  }
  TRY(identity::put_member(tx, call.account, user.id, group.id));
  return wire::Empty{};
}

Result<wire::Empty> remove_user_from_group(Call& call, Transaction& tx, const RemoveUserFromGroupRequest& input) {
  const auto group = TRY(existing_group(tx, call, input.GroupName));
  const auto user = TRY(existing_user(tx, call, input.UserName));
  TRY(identity::erase_member(tx, call.account, user.id, group.id));
  return wire::Empty{};
}

Result<ListGroupsForUserResponse> list_groups_for_user(Call& call, Reader& reader,
                                                       const ListGroupsForUserRequest& input) {
  const auto user = TRY(existing_user(reader, call, input.UserName));
  ListGroupsForUserResponse output;
  end_page(output, TRY(scan_page(reader, identity::groups_of_user_prefix(call.account, user.id), page_of(input),
                                 [&](Cursor& cursor) -> Result<bool> {
                                   const auto group =
                                       TRY(identity::get_group_by_id(reader, call.account, cursor.value()));
                                   if (!group) return false;
                                   output.Groups.push_back(describe(*group));
                                   return true;
                                 })));
  return output;
}

}  // namespace orrery::iam
