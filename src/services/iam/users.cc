#include "services/iam/users.h"

#include "base/arn.h"

namespace orrery::iam {
namespace {

constexpr std::string_view kConflict = "Cannot delete entity, must ";

Error conflict(std::string_view what) { return errors::DeleteConflictException(std::string(kConflict).append(what)); }

Error user_exists(const std::string& name) {
  return errors::EntityAlreadyExistsException("User with name " + name + " already exists.");
}

Entity entity_of(const Call& call, const identity::UserRecord& user) {
  return {EntityKind::User, call.account, user.id, user.name};
}

std::string arn_of(const Call& call, const identity::UserRecord& user) {
  return make_arn("iam", "", call.account, "user" + user.path + user.name);
}

}  // namespace

Result<User> describe(Reader& reader, const identity::UserRecord& user) {
  User out;
  out.Path = user.path;
  out.UserName = user.name;
  out.UserId = user.id;
  out.Arn = user.arn;
  out.CreateDate = user.created;
  if (!user.boundary_arn.empty()) out.PermissionsBoundary = {"Policy", user.boundary_arn};
  out.Tags = TRY(tag_list(reader, user.arn));
  return out;
}

Result<CreateUserResponse> create_user(Call& call, Transaction& tx, const CreateUserRequest& input) {
  if (TRY(identity::get_user(tx, call.account, input.UserName))) return fail(user_exists(input.UserName));
  identity::UserRecord user;
  user.name = input.UserName;
  user.path = input.Path.value_or("/");
  user.id = new_id(call, "AIDA");
  user.arn = arn_of(call, user);
  user.created = whole_seconds(call.now);
  if (input.PermissionsBoundary) {
    TRY(check_boundary(tx, call, *input.PermissionsBoundary));
    user.boundary_arn = *input.PermissionsBoundary;
    TRY(move_boundary(tx, entity_of(call, user), "", user.boundary_arn));
  }
  TRY(identity::put_user(tx, call.account, user));
  if (input.Tags) TRY(put_tags(tx, user.arn, *input.Tags));
  CreateUserResponse output;
  output.User = TRY(describe(tx, user));
  return output;
}

Result<GetUserResponse> get_user(Call& call, Reader& reader, const GetUserRequest& input) {
  GetUserResponse output;
  if (!input.UserName && call.principal->kind == auth::Principal::Kind::Root) {
    output.User.Path = "/";
    output.User.UserId = call.account;
    output.User.Arn = call.principal->arn;
    return output;
  }
  output.User = TRY(describe(reader, TRY(user_or_caller(reader, call, input.UserName))));
  return output;
}

Result<ListUsersResponse> list_users(Call& call, Reader& reader, const ListUsersRequest& input) {
  ListUsersResponse output;
  const std::string path = input.PathPrefix.value_or("/");
  end_page(output, TRY(scan_page(reader, identity::users_prefix(call.account), page_of(input),
                                 [&](Cursor& cursor) -> Result<bool> {
                                   const auto user = TRY(identity::decode_user(cursor.value()));
                                   if (!user.path.starts_with(path)) return false;
                                   output.Users.push_back(TRY(describe(reader, user)));
                                   output.Users.back().Tags.reset();  // "doesn't return tags"
                                   output.Users.back().PermissionsBoundary.reset();
                                   return true;
                                 })));
  return output;
}

// A new name or path is a new ARN; what belongs to the user goes by its id and stays.
Result<wire::Empty> update_user(Call& call, Transaction& tx, const UpdateUserRequest& input) {
  auto user = TRY(existing_user(tx, call, input.UserName));
  const auto before = user;
  if (input.NewUserName) user.name = *input.NewUserName;
  if (input.NewPath) user.path = *input.NewPath;
  if (identity::lower(user.name) != identity::lower(before.name) &&
      TRY(identity::get_user(tx, call.account, user.name))) {
    return fail(user_exists(user.name));
  }
  user.arn = arn_of(call, user);
  const TagMap tags = TRY(orrery::get_tags(tx, before.arn));
  TRY(erase_tags(tx, before.arn));
  if (!tags.empty()) TRY(add_tags(tx, user.arn, tags));
  TRY(identity::erase_user(tx, call.account, before));
  TRY(identity::put_user(tx, call.account, user));
  return wire::Empty{};
}

Result<wire::Empty> delete_user(Call& call, Transaction& tx, const DeleteUserRequest& input) {
  const auto user = TRY(existing_user(tx, call, input.UserName));
  const auto entity = entity_of(call, user);
  if (TRY(any_key(tx, identity::groups_of_user_prefix(call.account, user.id)))) {
    return fail(conflict("remove users from group first."));
  }
  if (TRY(any_key(tx, identity::attached_prefix(entity)))) return fail(conflict("detach all policies first."));
  if (TRY(any_key(tx, identity::inline_prefix(entity)))) return fail(conflict("delete policies first."));
  if (TRY(any_key(tx, identity::access_keys_prefix(call.account, user.id)))) {
    return fail(conflict("delete access keys first."));
  }
  if (TRY(identity::get_item(tx, call.account, "login", user.id))) {
    return fail(conflict("delete login profile first."));
  }
  if (TRY(any_key(tx, identity::items_prefix(call.account, "mfa-of:" + user.id)))) {
    return fail(conflict("delete MFA device first."));
  }
  TRY(move_boundary(tx, entity, user.boundary_arn, ""));
  TRY(erase_tags(tx, user.arn));
  TRY(identity::erase_user(tx, call.account, user));
  return wire::Empty{};
}

Result<wire::Empty> put_user_boundary(Call& call, Transaction& tx, const PutUserPermissionsBoundaryRequest& input) {
  auto user = TRY(existing_user(tx, call, input.UserName));
  TRY(check_boundary(tx, call, input.PermissionsBoundary));
  TRY(move_boundary(tx, entity_of(call, user), user.boundary_arn, input.PermissionsBoundary));
  user.boundary_arn = input.PermissionsBoundary;
  TRY(identity::put_user(tx, call.account, user));
  return wire::Empty{};
}

Result<wire::Empty> delete_user_boundary(Call& call, Transaction& tx,
                                         const DeleteUserPermissionsBoundaryRequest& input) {
  auto user = TRY(existing_user(tx, call, input.UserName));
  if (user.boundary_arn.empty()) {
    return fail(errors::NoSuchEntityException("The user with name " + user.name +
                                              " does not have a permissions boundary attached."));
  }
  TRY(move_boundary(tx, entity_of(call, user), user.boundary_arn, ""));
  user.boundary_arn.clear();
  TRY(identity::put_user(tx, call.account, user));
  return wire::Empty{};
}

}  // namespace orrery::iam
