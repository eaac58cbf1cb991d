// What a target gets of an event: Input, InputPath, InputTransformer, or the event itself
// (docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html).
#pragma once

#include "base/json.h"
#include "base/time.h"
#include "shapes/events.h"

#include <string>
#include <string_view>

namespace orrery::events {

struct RuleFacts {
  std::string arn, name;
  Instant ingested;  // when the event came in
};

// ValidationException when the target's input settings cannot work.
Result<> check_input(const Target& target);

// The payload. `event` is the envelope's text; where the target asks for nothing else it is passed on byte for byte.
Result<std::string> input_for(const Target& target, const RuleFacts& rule, std::string_view event);

}  // namespace orrery::events
