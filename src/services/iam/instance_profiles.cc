#include "base/arn.h"
#include "services/iam/roles.h"
#include "services/record.h"

namespace orrery::iam {
namespace {

constexpr std::string_view kType = "instance-profile";

Result<json::value> existing(Reader& reader, const Call& call, const std::string& name) {
  auto profile = TRY(identity::get_item(reader, call.account, kType, identity::lower(name)));
  if (profile) return *std::move(profile);
  return fail(errors::NoSuchEntityException("Instance Profile " + name + " cannot be found."));
}

Result<> put(Transaction& tx, const Call& call, const json::value& profile) {
  return identity::put_item(tx, call.account, kType, identity::lower(text_of(profile, "name")), profile);
}

Result<InstanceProfile> describe(Reader& reader, const Call& call, const json::value& profile) {
  InstanceProfile out;
  out.Path = text_of(profile, "path");
  out.InstanceProfileName = text_of(profile, "name");
  out.InstanceProfileId = text_of(profile, "id");
  out.Arn = text_of(profile, "arn");
  out.CreateDate = instant_from_ms(find_int(profile, "created_ms").value_or(0));
  if (const std::string role = text_of(profile, "role"); !role.empty()) {
    if (const auto record = TRY(identity::get_role(reader, call.account, role))) {
      out.Roles.push_back(iam::describe(*record));
    }
  }
  out.Tags = TRY(tag_list(reader, out.Arn));
  return out;
}

}  // namespace

Result<std::string> existing_profile_arn(Reader& reader, const Call& call, const std::string& name) {
  return text_of(TRY(existing(reader, call, name)), "arn");
}

Result<std::vector<InstanceProfile>> profiles_of_role(Reader& reader, const Call& call, const std::string& role) {
  std::vector<InstanceProfile> profiles;
  for (const auto& name : TRY(values_of(reader, identity::items_prefix(call.account, "profiles-of:" + role)))) {
    profiles.push_back(TRY(describe(reader, call, TRY(existing(reader, call, name)))));
  }
  return profiles;
}

Result<CreateInstanceProfileResponse> create_instance_profile(Call& call, Transaction& tx,
                                                              const CreateInstanceProfileRequest& input) {
  const std::string& name = input.InstanceProfileName;
  if (TRY(identity::get_item(tx, call.account, kType, identity::lower(name)))) {
    return fail(errors::EntityAlreadyExistsException("Instance Profile " + name + " already exists."));
  }
  const std::string path = input.Path.value_or("/");
  const std::string arn = make_arn("iam", "", call.account, "instance-profile" + path + name);
  const json::object profile{{"name", name}, {"path", path}, {"id", new_id(call, "AIPA")},
                             {"arn", arn},   {"role", ""},   {"created_ms", epoch_ms(whole_seconds(call.now))}};
  TRY(put(tx, call, profile));
  if (input.Tags) TRY(put_tags(tx, arn, *input.Tags));
  return CreateInstanceProfileResponse{TRY(describe(tx, call, profile))};
}

Result<GetInstanceProfileResponse> get_instance_profile(Call& call, Reader& reader,
                                                        const GetInstanceProfileRequest& input) {
  const auto profile = TRY(existing(reader, call, input.InstanceProfileName));
  return GetInstanceProfileResponse{TRY(describe(reader, call, profile))};
}

Result<ListInstanceProfilesResponse> list_instance_profiles(Call& call, Reader& reader,
                                                            const ListInstanceProfilesRequest& input) {
  ListInstanceProfilesResponse output;
  const std::string path = input.PathPrefix.value_or("/");
  end_page(output, TRY(scan_page(reader, identity::items_prefix(call.account, kType), page_of(input),
                                 [&](Cursor& cursor) -> Result<bool> {
                                   const auto profile = TRY(decode_record(cursor.value()));
                                   if (!text_of(profile, "path").starts_with(path)) return false;
                                   output.InstanceProfiles.push_back(TRY(describe(reader, call, profile)));
                                   output.InstanceProfiles.back().Tags.reset();
                                   return true;
                                 })));
  return output;
}

Result<ListInstanceProfilesForRoleResponse> list_instance_profiles_for_role(
    Call& call, Reader& reader, const ListInstanceProfilesForRoleRequest& input) {
  const auto role = TRY(existing_role(reader, call, input.RoleName));
  ListInstanceProfilesForRoleResponse output;
  const auto all = TRY(profiles_of_role(reader, call, role.name));
  end_page(output, TRY(list_page(all, input, output.InstanceProfiles)));
  return output;
}

Result<wire::Empty> delete_instance_profile(Call& call, Transaction& tx, const DeleteInstanceProfileRequest& input) {
  const auto profile = TRY(existing(tx, call, input.InstanceProfileName));
  if (!text_of(profile, "role").empty()) {
    return fail(
        errors::DeleteConflictException("Cannot delete entity, must remove roles from instance profile first."));
  }
  TRY(tx.erase(identity::item_key(call.account, kType, identity::lower(input.InstanceProfileName))));
  TRY(erase_tags(tx, text_of(profile, "arn")));
  return wire::Empty{};
}

Result<wire::Empty> add_role_to_instance_profile(Call& call, Transaction& tx,
                                                 const AddRoleToInstanceProfileRequest& input) {
  auto profile = TRY(existing(tx, call, input.InstanceProfileName));
  const auto role = TRY(existing_role(tx, call, input.RoleName));
  TRY(check_modifiable(role));
  if (!text_of(profile, "role").empty()) {
    return fail(errors::LimitExceededException("Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1"));
  }
  profile.as_object()["role"] = role.name;
  TRY(put(tx, call, profile));
  const std::string name = text_of(profile, "name");
  TRY(tx.put(identity::item_key(call.account, "profiles-of:" + role.name, name), name));
  return wire::Empty{};
}

Result<wire::Empty> remove_role_from_instance_profile(Call& call, Transaction& tx,
                                                      const RemoveRoleFromInstanceProfileRequest& input) {
  auto profile = TRY(existing(tx, call, input.InstanceProfileName));
  const auto role = TRY(existing_role(tx, call, input.RoleName));
  if (text_of(profile, "role") != role.name) {
    return fail(errors::NoSuchEntityException("Role " + role.name + " is not in instance profile " +
                                              input.InstanceProfileName + "."));
  }
  profile.as_object()["role"] = "";
  TRY(put(tx, call, profile));
  TRY(tx.erase(identity::item_key(call.account, "profiles-of:" + role.name, text_of(profile, "name"))));
  return wire::Empty{};
}

}  // namespace orrery::iam
