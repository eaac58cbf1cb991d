// Alarms are looked at by the Orrery's clock: once a period, of long periods every five minutes.
#pragma once

#include "services/cloudwatch/alarms/transitions.h"

namespace orrery::cloudwatch {

// Of a metric alarm; its expressions decide where it has any.
std::int64_t alarm_period_s(const MetricAlarm& alarm);
std::int64_t evaluation_every_s(std::int64_t period_s);
Result<> arm_evaluation(CloudWatch& cloudwatch, Transaction& tx, const AlarmRecord& record, Instant now);

// The handler of the timer.
Result<> on_alarm_timer(CloudWatch& cloudwatch, Transaction& tx, const Timer& timer);

}  // namespace orrery::cloudwatch
