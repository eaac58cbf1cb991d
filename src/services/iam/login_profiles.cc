#include "base/encode.h"
#include "services/iam/password.h"
#include "services/iam/users.h"

#include <algorithm>
#include <cctype>

namespace orrery::iam {
namespace {

constexpr int kRounds = 10'000;

Error no_profile(const std::string& user) {
  return errors::NoSuchEntityException("Login Profile for User " + user + " cannot be found.");
}

// PBKDF2 with one block (RFC 8018 section 5.2): a hash of a password, of no use to anybody who reads the store.
std::string stretch(const std::string& password, const std::string& salt) {
  const auto first = hmac_sha256(password, salt + std::string("\0\0\0\1", 4));
  std::string block(view(first));
  std::string sum = block;
  for (int round = 1; round < kRounds; ++round) {
    block = std::string(view(hmac_sha256(password, block)));
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] = static_cast<char>(sum[i] ^ block[i]);
  }
  return hex(sum);
}

struct Rule {
  const char* name;
  bool (*kind)(unsigned char c);
  const char* what;
};
constexpr Rule kRules[] = {
    {"symbols",
     [](unsigned char c) {
       return std::string_view("!@#$%^&*()_+-=[]{}|'").find(static_cast<char>(c)) != std::string_view::npos;
     },
     "one non-alphanumeric character"},
    {"numbers", [](unsigned char c) { return std::isdigit(c) != 0; }, "one number"},
    {"upper", [](unsigned char c) { return std::isupper(c) != 0; }, "one uppercase character"},
    {"lower", [](unsigned char c) { return std::islower(c) != 0; }, "one lowercase character"},
};

LoginProfile describe(const std::string& user, const json::value& profile) {
  return {user, instant_from_ms(find_int(profile, "created_ms").value_or(0)), find_bool(profile, "reset")};
}

}  // namespace

// Without a policy of the account's own, AWS's default: 8 characters
// (docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html).
Result<> check_password(Reader& reader, const Call& call, const std::string& password) {
  const auto policy = TRY(identity::get_item(reader, call.account, "password-policy", ""));
  const auto length = policy ? find_int(*policy, "length").value_or(6) : 8;
  if (static_cast<std::int64_t>(password.size()) < length) {
    return fail(
        errors::PasswordPolicyViolationException("Password should have a minimum length of " + std::to_string(length)));
  }
  for (const Rule& rule : kRules) {
    if (!policy || !find_bool(*policy, rule.name).value_or(false)) continue;
    if (std::ranges::none_of(password, [&](const char c) { return rule.kind(static_cast<unsigned char>(c)); })) {
      return fail(errors::PasswordPolicyViolationException(std::string("Password should have at least ") + rule.what));
    }
  }
  return {};
}

json::object hash_password(Call& call, const std::string& password) {
  const std::string salt = call.random->token(22, kBase62);
  return {{"salt", salt}, {"hash", stretch(password, salt)}, {"changed_ms", epoch_ms(whole_seconds(call.now))}};
}

bool password_matches(const json::value& profile, const std::string& password) {
  const std::string salt(find_string(profile, "salt").value_or(""));
  return constant_time_equal(stretch(password, salt), find_string(profile, "hash").value_or(""));
}

Result<CreateLoginProfileResponse> create_login_profile(Call& call, Transaction& tx,
                                                        const CreateLoginProfileRequest& input) {
  const auto user = TRY(user_or_caller(tx, call, input.UserName));
  if (TRY(identity::get_item(tx, call.account, "login", user.id))) {
    return fail(errors::EntityAlreadyExistsException("Login Profile for user " + user.name + " already exists."));
  }
  if (!input.Password) return fail(api_error("ValidationError", "Password is required", 400));
  TRY(check_password(tx, call, *input.Password));
  json::object profile = hash_password(call, *input.Password);
  profile["created_ms"] = epoch_ms(whole_seconds(call.now));
  profile["reset"] = input.PasswordResetRequired.value_or(false);
  TRY(identity::put_item(tx, call.account, "login", user.id, profile));
  return CreateLoginProfileResponse{describe(user.name, profile)};
}

Result<GetLoginProfileResponse> get_login_profile(Call& call, Reader& reader, const GetLoginProfileRequest& input) {
  const auto user = TRY(user_or_caller(reader, call, input.UserName));
  const auto profile = TRY(identity::get_item(reader, call.account, "login", user.id));
  if (!profile) return fail(no_profile(user.name));
  return GetLoginProfileResponse{describe(user.name, *profile)};
}

Result<wire::Empty> update_login_profile(Call& call, Transaction& tx, const UpdateLoginProfileRequest& input) {
  const auto user = TRY(existing_user(tx, call, input.UserName));
  auto profile = TRY(identity::get_item(tx, call.account, "login", user.id));
  if (!profile) return fail(no_profile(user.name));
  json::object& changed = profile->as_object();
  if (input.Password) {
    TRY(check_password(tx, call, *input.Password));
    for (auto& [name, value] : hash_password(call, *input.Password)) changed[name] = value;
  }
  if (input.PasswordResetRequired) changed["reset"] = *input.PasswordResetRequired;
  TRY(identity::put_item(tx, call.account, "login", user.id, *profile));
  return wire::Empty{};
}

Result<wire::Empty> delete_login_profile(Call& call, Transaction& tx, const DeleteLoginProfileRequest& input) {
  const auto user = TRY(user_or_caller(tx, call, input.UserName));
  if (!TRY(identity::get_item(tx, call.account, "login", user.id))) return fail(no_profile(user.name));
  TRY(tx.erase(identity::item_key(call.account, "login", user.id)));
  return wire::Empty{};
}

Result<wire::Empty> change_password(Call& call, Transaction& tx, const ChangePasswordRequest& input) {
  if (call.principal->kind != auth::Principal::Kind::User) {
    return fail(errors::InvalidUserTypeException("Only IAM Users can change their own password"));
  }
  const auto user = TRY(user_or_caller(tx, call, {}));
  auto profile = TRY(identity::get_item(tx, call.account, "login", user.id));
  if (!profile) return fail(no_profile(user.name));
  if (!password_matches(*profile, input.OldPassword)) {
    return fail(api_error("AccessDenied", "The old password was incorrect.", 403));
  }
  TRY(check_password(tx, call, input.NewPassword));
  json::object& changed = profile->as_object();
  for (auto& [name, value] : hash_password(call, input.NewPassword)) changed[name] = value;
  changed["reset"] = false;
  TRY(identity::put_item(tx, call.account, "login", user.id, *profile));
  return wire::Empty{};
}

}  // namespace orrery::iam
