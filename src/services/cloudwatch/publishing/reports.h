// What the pool of execution environments says of each invocation that ends, as metrics of Lambda.
#pragma once

#include "services/metric_sink.h"

namespace orrery::cloudwatch {

struct FunctionReport {
  std::string_view account, region, function;
  std::string_view record;  // of the event "invocation.ended": a JSON document
};
// Invocations, Errors and Duration: of the function, and of all
// (docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html).
void publish_report(MetricSink& sink, const FunctionReport& report);

}  // namespace orrery::cloudwatch
