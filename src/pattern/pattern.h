// Event patterns, which EventBridge's rules and the filters of Lambda's event sources are written in
// (docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html). Pure functions.
#pragma once

#include "base/json.h"
#include "base/result.h"

#include <memory>
#include <string_view>

namespace orrery::pattern {

struct Node;

// A compiled pattern: cheap to copy, immutable, safe to share between threads.
class Pattern {
 public:
  explicit Pattern(std::shared_ptr<const Node> root) : root_(std::move(root)) {}
  const Node& root() const { return *root_; }

 private:
  std::shared_ptr<const Node> root_;
};

// The pattern, or InvalidEventPatternException "Event pattern is not valid. Reason: …".
Result<Pattern> parse_pattern(std::string_view json);

// Whether the event (the whole envelope, as targets get it) matches. Every field of the pattern must be present in the
// event with one of its values; fields that the pattern does not name are ignored.
bool matches(const Pattern& pattern, const json::value& event);

}  // namespace orrery::pattern
