#include "services/iam/users.h"

namespace orrery::iam {
namespace {

constexpr std::int64_t kKeysMost = 2;  // a user may have: one in use, one to rotate to

Error no_such_key(const std::string& id) {
  return errors::NoSuchEntityException("The Access Key with id " + id + " cannot be found.");
}

// The key of that user; with no user named, of the caller, or whoever's it is when the caller is the account itself.
Result<identity::AccessKeyRecord> key_of(Reader& reader, const Call& call, const std::optional<std::string>& user,
                                         const std::string& id) {
  auto key = TRY(identity::get_access_key(reader, id));
  if (!user && call.principal->kind == auth::Principal::Kind::Root) {
    if (!key || key->account != call.account) return fail(no_such_key(id));
    return *std::move(key);
  }
  const auto owner = TRY(user_or_caller(reader, call, user));
  if (!key || key->account != call.account || key->user_id != owner.id) return fail(no_such_key(id));
  return *std::move(key);
}

}  // namespace

Result<CreateAccessKeyResponse> create_access_key(Call& call, Transaction& tx, const CreateAccessKeyRequest& input) {
  const auto user = TRY(user_or_caller(tx, call, input.UserName));
  if (TRY(count_keys(tx, identity::access_keys_prefix(call.account, user.id))) >= kKeysMost) {
    return fail(
        errors::LimitExceededException("Cannot exceed quota for AccessKeysPerUser: " + std::to_string(kKeysMost)));
  }
  identity::AccessKeyRecord key;
  key.id = "AKIA" + call.random->token(16, kUpperAlphanumeric);
  key.secret = call.random->token(40, kBase62);
  key.account = call.account;
  key.user_id = user.id;
  key.created = whole_seconds(call.now);
  TRY(identity::put_access_key(tx, key));
  CreateAccessKeyResponse output;
  output.AccessKey = {user.name, key.id, "Active", key.secret, key.created};
  return output;
}

Result<wire::Empty> delete_access_key(Call& call, Transaction& tx, const DeleteAccessKeyRequest& input) {
  TRY(identity::erase_access_key(tx, TRY(key_of(tx, call, input.UserName, input.AccessKeyId))));
  return wire::Empty{};
}

Result<wire::Empty> update_access_key(Call& call, Transaction& tx, const UpdateAccessKeyRequest& input) {
  auto key = TRY(key_of(tx, call, input.UserName, input.AccessKeyId));
  key.active = input.Status == "Active";
  TRY(identity::put_access_key(tx, key));
  return wire::Empty{};
}

Result<ListAccessKeysResponse> list_access_keys(Call& call, Reader& reader, const ListAccessKeysRequest& input) {
  ListAccessKeysResponse output;
  if (!input.UserName && call.principal->kind == auth::Principal::Kind::Root) {
    output.IsTruncated = false;  // the root's key is the server's configuration, not IAM's
    return output;
  }
  const auto user = TRY(user_or_caller(reader, call, input.UserName));
  end_page(
      output,
      TRY(scan_page(
          reader, identity::access_keys_prefix(call.account, user.id), page_of(input),
          [&](Cursor& cursor) -> Result<bool> {
            const auto key = TRY(identity::get_access_key(reader, cursor.value()));
            if (!key) return false;
            output.AccessKeyMetadata.push_back({user.name, key->id, key->active ? "Active" : "Inactive", key->created});
            return true;
          })));
  return output;
}

Result<GetAccessKeyLastUsedResponse> get_access_key_last_used(Iam& iam, Call& call, Reader& reader,
                                                              const GetAccessKeyLastUsedRequest& input) {
  const auto key = TRY(identity::get_access_key(reader, input.AccessKeyId));
  if (!key || key->account != call.account) return fail(no_such_key(input.AccessKeyId));
  GetAccessKeyLastUsedResponse output;
  const auto user = TRY(identity::get_user_by_id(reader, call.account, key->user_id));
  if (user) output.UserName = user->name;
  AccessKeyLastUsed used{{}, "N/A", "N/A"};
  if (const auto use = TRY(iam.uses.find(reader, key->id))) {
    used = {whole_seconds(use->at), use->service, use->region};
  }
  output.AccessKeyLastUsed = used;
  return output;
}

}  // namespace orrery::iam
