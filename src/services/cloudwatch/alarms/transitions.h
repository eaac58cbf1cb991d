// An alarm changes its state: its history, its actions, the event, and the composite alarms that name it.
#pragma once

#include "services/cloudwatch/alarms/records.h"
#include "services/cloudwatch/cloudwatch.h"

namespace orrery::cloudwatch {

inline constexpr std::string_view kAlarmTimer = "cloudwatch.alarm";
inline constexpr std::string_view kActionMessage = "cloudwatch.action";
inline constexpr std::string_view kEventMessage = "cloudwatch.event";

struct NewState {
  std::string value, reason;
  std::optional<std::string> reason_data;  // a JSON text
};
// Puts the record. A state that is the same already changes its reason alone.
Result<> change_state(CloudWatch& cloudwatch, Transaction& tx, AlarmRecord record, const NewState& state, Instant now);

// By what its rule says of the alarms that it names.
Result<> evaluate_composite(CloudWatch& cloudwatch, Transaction& tx, const AlarmRecord& record, Instant now);

// The handlers of the messages.
Result<Delivered> run_action(CloudWatch& cloudwatch, Transaction& tx, const Message& message);
Result<Delivered> put_event(CloudWatch& cloudwatch, Transaction& tx, const Message& message);

}  // namespace orrery::cloudwatch
