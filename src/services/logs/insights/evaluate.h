// What an expression gives for one row.
#pragma once

#include "services/logs/insights/functions.h"
#include "services/logs/insights/syntax.h"

#include <vector>

namespace orrery::logs::insights {

// `aggregates`: of `stats`, the results by slot; nullptr elsewhere. The value may borrow from the row and from the
// expression. What cannot be computed (a field that is not there, a text where a number is needed) gives no value; a
// comparison with it does not hold.
Value evaluate(const Expression& expression, const Context& context, const std::vector<Value>* aggregates = nullptr);

}  // namespace orrery::logs::insights
