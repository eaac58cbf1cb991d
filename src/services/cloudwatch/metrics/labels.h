// The labels of what queries give: "[max: ${MAX}] ${LABEL}"
// (docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/graph-dynamic-labels.html). Pure.
#pragma once

#include "base/time.h"
#include "services/cloudwatch/math/value.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace orrery::cloudwatch {

struct LabelPlace {
  Instant now;
  std::int64_t zone_s = 0;  // of the times in labels, ahead of UTC
};

// "+0130", "-0800": seconds ahead of UTC; nullopt: something else.
std::optional<std::int64_t> parse_offset(std::string_view text);

// `pattern` with its dynamic values. What is not one of those documented stays as it is; of a series without data, or
// without that property, there is nothing in its place. `otherwise`: ${LABEL}.
std::string fill_label(std::string_view pattern, const std::string& otherwise, const math::Series& series,
                       const LabelPlace& place);

// Of one of the series that a query gives: `label` is the query's. Where a query gives many, a label without dynamic
// values stands before the default one of each.
std::string label_of(const std::optional<std::string>& label, math::Value::Type type, const std::string& otherwise,
                     const math::Series& series, const LabelPlace& place);

}  // namespace orrery::cloudwatch
