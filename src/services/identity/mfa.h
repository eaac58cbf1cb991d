// Virtual multi-factor devices: time-based one-time passwords (RFC 6238: SHA-1, 30 seconds, 6 digits).
#pragma once

#include "base/time.h"
#include "store/store.h"

#include <optional>
#include <string>
#include <string_view>

namespace orrery::identity {

// `seed` is in base32 (RFC 4648 section 6).
std::string one_time_password(std::string_view seed, std::int64_t step);
// The 30-second step whose password the code is, one step early or late at the most; nullopt: none.
std::optional<std::int64_t> matching_step(std::string_view seed, std::string_view code, Instant now);

// Whether `code` is what the user's enabled device of that serial number shows now; a code that has held once does not
// hold again (RFC 6238 section 5.2).
Result<bool> take_mfa_code(Transaction& tx, std::string_view account, std::string_view user_id, std::string_view serial,
                           std::string_view code, Instant now);

}  // namespace orrery::identity
