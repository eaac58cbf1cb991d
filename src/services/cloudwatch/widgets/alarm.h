// What an alarm adds to a graph: the line of its threshold and, where the graph has no metrics of its own, its metrics.
#pragma once

#include "services/call.h"
#include "services/cloudwatch/widgets/widget.h"

namespace orrery::cloudwatch::widgets {

// Error: ValidationError: there is no metric alarm of that ARN.
Result<> add_alarm(const Call& call, Reader& reader, Widget& widget);

}  // namespace orrery::cloudwatch::widgets
