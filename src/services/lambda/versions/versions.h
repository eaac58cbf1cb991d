// Published versions: immutable copies of $LATEST (docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html).
#pragma once

#include "services/lambda/lambda.h"
#include "services/lambda/records.h"

namespace orrery::lambda {

inline constexpr std::int64_t kVersionsAPage = 50;  // versions or aliases a page, whatever MaxItems says

// Publishes `latest` as it is, or gives the last version when nothing has changed since that was made. `latest` is
// written with its new settings and revision either way.
Result<FunctionConfiguration> publish_latest(Lambda& lambda, const Call& call, Transaction& tx,
                                             const FunctionName& name, FunctionRecord& latest,
                                             const std::optional<std::string>& description);
// The aliases, by name, that mean this version, routing weights included.
Result<std::vector<std::string>> aliases_of(Reader& reader, const FunctionName& name, const std::string& version);

// What a record holds of blobs: its package and its layers.
Result<> retain_content(Lambda& lambda, Transaction& tx, const FunctionRecord& record);
Result<> release_content(Lambda& lambda, Transaction& tx, const FunctionRecord& record);

}  // namespace orrery::lambda
