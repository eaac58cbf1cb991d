// Whom a trust policy means (docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html).
#pragma once

#include "services/iam/shared.h"

namespace orrery::iam {

// The document with the ARNs of users and roles replaced by their unique ids: "This helps mitigate the risk of someone
// escalating their privileges by removing and recreating the role or user." MalformedPolicyDocument for a principal of
// the account that is not there; one of another account that is not there stays as it is, since that account may be no
// one of this server's. `document` is known to parse as a trust policy.
Result<std::string> with_unique_ids(Reader& reader, const Call& call, const std::string& document);

}  // namespace orrery::iam
