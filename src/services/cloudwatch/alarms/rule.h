// The rules of composite alarms: ALARM("cpu") AND NOT (OK(disk) OR INSUFFICIENT_DATA(net))
// (docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html). Pure.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::cloudwatch {

struct CompositeRule {
  enum class Kind : std::uint8_t { True, False, State, And, Or, Not };
  Kind kind = Kind::True;
  std::string state, alarm;  // State; the alarm by name or ARN, as it was written
  std::vector<CompositeRule> children;

  // Error: ValidationError.
  static Result<CompositeRule> parse(std::string_view text);
  // As written, each once.
  std::vector<std::string> alarms() const;
  // `state_of`: of an alarm as it was written; empty: there is none.
  bool holds(const std::function<std::string(const std::string&)>& state_of) const;
};

// Of an alarm by its name or ARN.
std::string name_of(const std::string& name_or_arn);

}  // namespace orrery::cloudwatch
