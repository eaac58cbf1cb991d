// The Identity that the gateway asks: the root credential and sessions of assumed roles, out of the store.
#pragma once

#include "services/identity.h"

#include <memory>
#include <string>

namespace orrery::identity {

struct Root {
  std::string account, access_key, secret;
};

std::unique_ptr<Identity> make_identity(const Root& root);

// The principal of a role's session: "arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION".
auth::Principal session_principal(std::string_view account, std::string_view role_arn, std::string_view role_id,
                                  std::string_view session_name);

}  // namespace orrery::identity
