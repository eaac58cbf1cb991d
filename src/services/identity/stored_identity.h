// The Identity that the gateway asks: the accounts' root credentials, users' access keys and temporary credentials, out
// of the store.
#pragma once

#include "services/identity.h"
#include "services/identity/records.h"
#include "services/identity/uses.h"

#include <memory>
#include <string>
#include <vector>

namespace orrery::identity {

struct Root {
  std::string account, access_key, secret;
};

// One root an account at least; `store` and `uses` outlive it.
std::unique_ptr<Identity> make_identity(Store& store, Uses& uses, const std::vector<Root>& roots);

// Who signs with a session's credentials.
auth::Principal session_principal(const SessionRecord& session);
// The principal of a role's session: "arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION".
auth::Principal session_principal(std::string_view account, std::string_view role_arn, std::string_view role_id,
                                  std::string_view session_name);

}  // namespace orrery::identity
