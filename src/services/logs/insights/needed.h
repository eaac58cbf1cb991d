// What the messages that pass a query's filters have in them, as far as the query's text says it: others need not be
// read.
#pragma once

#include "services/logs/chunks/grams.h"
#include "services/logs/insights/syntax.h"

namespace orrery::logs::insights {

NeededText needed_text(const Query& query);

}  // namespace orrery::logs::insights
