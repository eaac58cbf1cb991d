// Identity and Access Management: users, groups, roles, their policies and credentials, and what an account has of
// them.
#pragma once

#include "services/identity/uses.h"
#include "services/operation.h"

namespace orrery::iam {

// Injected by the composition root; outlives every call.
struct Iam {
  identity::Uses& uses;  // when credentials and roles were last used
};

Service iam_service(Iam& iam);

}  // namespace orrery::iam
