// The data of a widget.
#pragma once

#include "services/call.h"
#include "services/cloudwatch/widgets/graph.h"

namespace orrery::cloudwatch::widgets {

// Error: ValidationError: an id, an expression or the alarm is not right, or the range holds too many periods.
Result<Graph> gather(const Call& call, Reader& reader, Widget widget);

// Labels for the metrics that have none: their name and, among those of one name, what tells them apart. Pure.
void name_lines(std::vector<Line>& lines);

}  // namespace orrery::cloudwatch::widgets
