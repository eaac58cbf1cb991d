// What every engine shares in running a transaction: rerun on a conflict, with back-off, a bounded number of times.
#pragma once

#include "base/result.h"

#include <functional>

namespace orrery::store {

// Calls attempt(0), attempt(1), … until one does not end in a Conflict. After the last it answers with an Internal
// error.
Result<> retry_conflicts(const std::function<Result<>(int)>& attempt);

}  // namespace orrery::store
