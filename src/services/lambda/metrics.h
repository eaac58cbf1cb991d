// What Lambda publishes to CloudWatch (docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html): for all
// functions of the account, for each function, and for the version or alias of it that was named.
#pragma once

#include "services/lambda/lambda.h"
#include "services/lambda/records.h"

#include <string_view>

namespace orrery::lambda {

inline constexpr std::string_view kCount = "Count";
inline constexpr std::string_view kMilliseconds = "Milliseconds";

// One more value; nothing where nobody takes metrics. Not within a transaction, which may be run again.
void publish(const Lambda& lambda, const FunctionName& function, std::string_view metric, double value = 1,
             std::string_view unit = kCount);
// Once the transaction has committed.
void publish_with(Transaction& tx, const Lambda& lambda, const FunctionName& function, std::string_view metric);

}  // namespace orrery::lambda
