// The data of a widget.
#pragma once

#include "services/call.h"
#include "services/cloudwatch/widgets/graph.h"

#include <string>
#include <vector>

namespace orrery::cloudwatch::widgets {

// Error: ValidationError: an id, an expression or the alarm is not right, or the range holds too many periods.
Result<Graph> gather(const Call& call, Reader& reader, Widget widget);

// What each is called by default: a metric by its name and, among metrics of one name, what tells it apart; an
// expression as it is written. Pure.
std::vector<std::string> names_of(const std::vector<Line>& lines);

}  // namespace orrery::cloudwatch::widgets
