// Passwords of the console: recorded as salted hashes, held against the account's password policy.
#pragma once

#include "services/iam/shared.h"

namespace orrery::iam {

// PasswordPolicyViolation.
Result<> check_password(Reader& reader, const Call& call, const std::string& password);
json::object hash_password(Call& call, const std::string& password);
bool password_matches(const json::value& profile, const std::string& password);

}  // namespace orrery::iam
