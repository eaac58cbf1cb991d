// What PutMetricAlarm and PutCompositeAlarm do alike: actions, tags, the state that an alarm keeps, its history.
#pragma once

#include "services/cloudwatch/alarms/evaluation.h"
#include "services/cloudwatch/alarms/records.h"
#include "services/cloudwatch/operations.h"

namespace orrery::cloudwatch {

using ActionList = std::optional<std::vector<std::string>>;
Result<> check_actions(const ActionList& actions);
// Tags count when the alarm is made, not when it is changed.
Result<> tag_alarm(Transaction& tx, const std::string& arn, const std::optional<std::vector<Tag>>& tags);
// "Alarm "cpu" created"
Result<> finish_putting(CloudWatch& cloudwatch, Transaction& tx, AlarmRecord record, bool made, Instant now);

inline constexpr std::string_view kUnchecked = "Unchecked: Initial alarm creation";

template <class Alarm, class Input>
Result<> put_configured(CloudWatch& cloudwatch, const Call& call, Transaction& tx, Alarm alarm, const Input& input) {
  for (const ActionList* actions : {&input.OKActions, &input.AlarmActions, &input.InsufficientDataActions}) {
    TRY(check_actions(*actions));
  }
  const auto before = TRY(find_alarm(tx, call.account, call.region, input.AlarmName));
  AlarmRecord record;
  record.account = call.account;
  record.region = call.region;
  record.items = before ? before->items : 0;
  alarm.ActionsEnabled = input.ActionsEnabled.value_or(true);
  alarm.OKActions = input.OKActions.value_or(std::vector<std::string>());
  alarm.AlarmActions = input.AlarmActions.value_or(std::vector<std::string>());
  alarm.InsufficientDataActions = input.InsufficientDataActions.value_or(std::vector<std::string>());
  alarm.AlarmConfigurationUpdatedTimestamp = call.now;
  const Alarm* same = before ? std::get_if<Alarm>(&before->alarm) : nullptr;
  if (before && same == nullptr) {
    return fail(invalid("An alarm of another type has the name " + input.AlarmName + " already."));
  }
  if (same != nullptr) {  // "the alarm's state is left unchanged"
    alarm.StateValue = same->StateValue;
    alarm.StateReason = same->StateReason;
    alarm.StateReasonData = same->StateReasonData;
    alarm.StateUpdatedTimestamp = same->StateUpdatedTimestamp;
    alarm.StateTransitionedTimestamp = same->StateTransitionedTimestamp;
  } else {
    alarm.StateValue = StateValue::INSUFFICIENT_DATA;
    alarm.StateReason = kUnchecked;
    alarm.StateUpdatedTimestamp = call.now;
    alarm.StateTransitionedTimestamp = call.now;
    TRY(tag_alarm(tx, *alarm.AlarmArn, input.Tags));
  }
  record.alarm = std::move(alarm);
  return finish_putting(cloudwatch, tx, std::move(record), !before, call.now);
}

}  // namespace orrery::cloudwatch
