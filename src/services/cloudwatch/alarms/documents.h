// The JSON that alarms put into histories, events and function payloads
// (docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html).
#pragma once

#include "base/json.h"
#include "services/cloudwatch/alarms/records.h"

namespace orrery::cloudwatch {

struct AlarmState {
  std::string value, reason, reason_data;
  Instant since;
};
AlarmState state_of(const AlarmRecord& record);

// "CloudWatch Alarm State Change": `record` has the new state.
json::object event_detail(const AlarmRecord& record, const AlarmState& before);
// What a function gets.
json::object action_event(const AlarmRecord& record, const AlarmState& before, Instant now);
std::string history_data(const AlarmState& before, const AlarmState& after);

}  // namespace orrery::cloudwatch
