// What an alarm publishes to a topic of SNS: subject and message as CloudWatch writes them
// (docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html).
#pragma once

#include "base/json.h"
#include "services/cloudwatch/alarms/documents.h"

#include <string>

namespace orrery::cloudwatch {

// `ALARM: "cpu" in US East (N. Virginia)`, of at most 100 characters.
std::string notification_subject(const AlarmRecord& record);
// `record` has the new state.
std::string notification_message(const AlarmRecord& record, const AlarmState& before);

}  // namespace orrery::cloudwatch
