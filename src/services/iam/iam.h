// Identity and Access Management: roles, their inline and managed policies, tags.
#pragma once

#include "services/operation.h"

namespace orrery::iam {

Service iam_service();

}  // namespace orrery::iam
