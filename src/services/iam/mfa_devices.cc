#include "base/arn.h"
#include "base/encode.h"
#include "services/iam/users.h"
#include "services/identity/mfa.h"
#include "services/record.h"

namespace orrery::iam {
namespace {

constexpr std::int64_t kDevicesMost = 8;  // a user may have

std::string index_of(const std::string& user_id) { return "mfa-of:" + user_id; }

Error no_device(const std::string& serial) {
  return errors::NoSuchEntityException("Virtual MFA device with serial number " + serial + " does not exist.");
}

Result<json::value> device_of(Reader& reader, const Call& call, const std::string& serial) {
  auto device = TRY(identity::get_item(reader, call.account, "mfa", serial));
  if (!device) return fail(no_device(serial));
  return *std::move(device);
}

std::string user_id_of(const json::value& device) { return std::string(find_string(device, "user_id").value_or("")); }

// Of a named user; MFA devices of others are as good as not there.
Result<json::value> device_of_user(Reader& reader, const Call& call, const std::string& serial,
                                   const identity::UserRecord& user) {
  auto device = TRY(identity::get_item(reader, call.account, "mfa", serial));
  if (!device || user_id_of(*device) != user.id) {
    return fail(errors::NoSuchEntityException("MFA Device invalid for user."));
  }
  return *std::move(device);
}

// Two codes in a row, as the device shows them.
Result<> check_codes(const json::value& device, const Call& call, const std::string& first, const std::string& second) {
  const std::string_view seed = find_string(device, "seed").value_or("");
  const auto step = identity::matching_step(seed, first, call.now);
  if (step && identity::one_time_password(seed, *step + 1) == second) return {};
  return fail(errors::InvalidAuthenticationCodeException("Authentication code for device is not valid"));
}

}  // namespace

Result<std::string> existing_device(Reader& reader, const Call& call, const std::string& serial) {
  TRY(device_of(reader, call, serial));
  return serial;
}

Result<CreateVirtualMFADeviceResponse> create_virtual_mfa_device(Call& call, Transaction& tx,
                                                                 const CreateVirtualMFADeviceRequest& input) {
  const std::string serial =
      make_arn("iam", "", call.account, "mfa" + input.Path.value_or("/") + input.VirtualMFADeviceName);
  if (TRY(identity::get_item(tx, call.account, "mfa", serial))) {
    return fail(errors::EntityAlreadyExistsException("MFADevice entity at the same path and name already exists."));
  }
  const std::string seed = call.random->token(64, kUpperAlphanumeric);
  TRY(identity::put_item(tx, call.account, "mfa", serial, json::object{{"seed", seed}, {"user_id", ""}}));
  CreateVirtualMFADeviceResponse output;
  output.VirtualMFADevice.SerialNumber = serial;
  output.VirtualMFADevice.Base32StringSeed = seed;
  if (input.Tags) {
    TRY(put_tags(tx, serial, *input.Tags));
    output.VirtualMFADevice.Tags = TRY(tag_list(tx, serial));
  }
  return output;
}

Result<wire::Empty> delete_virtual_mfa_device(Call& call, Transaction& tx, const DeleteVirtualMFADeviceRequest& input) {
  const auto device = TRY(device_of(tx, call, input.SerialNumber));
  if (!user_id_of(device).empty()) {
    return fail(errors::DeleteConflictException("Cannot delete entity, must deactivate MFA device first."));
  }
  TRY(tx.erase(identity::item_key(call.account, "mfa", input.SerialNumber)));
  TRY(erase_tags(tx, input.SerialNumber));
  return wire::Empty{};
}

Result<wire::Empty> enable_mfa_device(Call& call, Transaction& tx, const EnableMFADeviceRequest& input) {
  const auto user = TRY(existing_user(tx, call, input.UserName));
  auto device = TRY(device_of(tx, call, input.SerialNumber));
  if (!user_id_of(device).empty()) {
    return fail(errors::EntityAlreadyExistsException("MFA Device is already in use"));
  }
  if (TRY(count_keys(tx, identity::items_prefix(call.account, index_of(user.id)))) >= kDevicesMost) {
    return fail(
        errors::LimitExceededException("Cannot exceed quota for MFADevicesPerUser: " + std::to_string(kDevicesMost)));
  }
  TRY(check_codes(device, call, input.AuthenticationCode1, input.AuthenticationCode2));
  device.as_object()["user_id"] = user.id;
  device.as_object()["enabled_ms"] = epoch_ms(whole_seconds(call.now));
  TRY(identity::put_item(tx, call.account, "mfa", input.SerialNumber, device));
  TRY(tx.put(identity::item_key(call.account, index_of(user.id), input.SerialNumber), input.SerialNumber));
  return wire::Empty{};
}

Result<wire::Empty> deactivate_mfa_device(Call& call, Transaction& tx, const DeactivateMFADeviceRequest& input) {
  const auto user = TRY(user_or_caller(tx, call, input.UserName));
  auto device = TRY(device_of_user(tx, call, input.SerialNumber, user));
  device.as_object()["user_id"] = "";
  TRY(identity::put_item(tx, call.account, "mfa", input.SerialNumber, device));
  TRY(tx.erase(identity::item_key(call.account, index_of(user.id), input.SerialNumber)));
  return wire::Empty{};
}

Result<wire::Empty> resync_mfa_device(Call& call, Transaction& tx, const ResyncMFADeviceRequest& input) {
  const auto user = TRY(existing_user(tx, call, input.UserName));
  const auto device = TRY(device_of_user(tx, call, input.SerialNumber, user));
  TRY(check_codes(device, call, input.AuthenticationCode1, input.AuthenticationCode2));
  return wire::Empty{};
}

Result<GetMFADeviceResponse> get_mfa_device(Call& call, Reader& reader, const GetMFADeviceRequest& input) {
  const auto user = TRY(user_or_caller(reader, call, input.UserName));
  const auto device = TRY(device_of_user(reader, call, input.SerialNumber, user));
  GetMFADeviceResponse output;
  output.UserName = user.name;
  output.SerialNumber = input.SerialNumber;
  output.EnableDate = instant_from_ms(find_int(device, "enabled_ms").value_or(0));
  return output;
}

Result<ListMFADevicesResponse> list_mfa_devices(Call& call, Reader& reader, const ListMFADevicesRequest& input) {
  const auto user = TRY(user_or_caller(reader, call, input.UserName));
  ListMFADevicesResponse output;
  end_page(output,
           TRY(scan_page(reader, identity::items_prefix(call.account, index_of(user.id)), page_of(input),
                         [&](Cursor& cursor) -> Result<bool> {
                           const std::string serial(cursor.value());
                           const auto device = TRY(device_of(reader, call, serial));
                           output.MFADevices.push_back(
                               {user.name, serial, instant_from_ms(find_int(device, "enabled_ms").value_or(0))});
                           return true;
                         })));
  return output;
}

Result<ListVirtualMFADevicesResponse> list_virtual_mfa_devices(Call& call, Reader& reader,
                                                               const ListVirtualMFADevicesRequest& input) {
  const std::string wanted = input.AssignmentStatus.value_or("Any");
  ListVirtualMFADevicesResponse output;
  end_page(output,
           TRY(scan_page(reader, identity::items_prefix(call.account, "mfa"), page_of(input),
                         [&](Cursor& cursor) -> Result<bool> {
                           const auto device = TRY(decode_record(cursor.value()));
                           const std::string owner = user_id_of(device);
                           if ((wanted == "Assigned" && owner.empty()) || (wanted == "Unassigned" && !owner.empty())) {
                             return false;
                           }
                           VirtualMFADevice shown;
                           shown.SerialNumber = identity::last_part(cursor.key());
                           if (const auto user = TRY(identity::get_user_by_id(reader, call.account, owner))) {
                             shown.User = TRY(describe(reader, *user));
                             shown.EnableDate = instant_from_ms(find_int(device, "enabled_ms").value_or(0));
                           }
                           output.VirtualMFADevices.push_back(std::move(shown));
                           return true;
                         })));
  return output;
}

}  // namespace orrery::iam
