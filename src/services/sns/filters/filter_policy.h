// Which messages a subscription wants (docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html). The
// language is that of event patterns, with rules and messages of its own.
#pragma once

#include "base/result.h"
#include "pattern/pattern.h"
#include "services/sns/publishing/message.h"

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace orrery::sns {

enum class FilterScope : std::uint8_t { OfAttributes, OfBody };

// nullptr: none ("" or {}). Error: InvalidParameter, "Invalid parameter: " + `place` + "FilterPolicy: …"; `place` is
// "Attributes Reason: " for Subscribe.
Result<std::shared_ptr<const pattern::Pattern>> parse_filter(const std::string& policy, FilterScope scope,
                                                             std::string_view place);

// What the metric of a message that does not pass is called after; nullptr: it passes.
const char* why_filtered(const pattern::Pattern& filter, FilterScope scope, const MessageAttributes& attributes,
                         const std::string& body);

// Compiled policies by their text. Thread-safe.
class FilterCache {
 public:
  std::shared_ptr<const pattern::Pattern> get(const std::string& policy, FilterScope scope);

 private:
  std::mutex mutex_;
  std::map<std::pair<FilterScope, std::string>, std::shared_ptr<const pattern::Pattern>> known_;
};

}  // namespace orrery::sns
