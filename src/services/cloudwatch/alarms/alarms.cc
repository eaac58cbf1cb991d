// DeleteAlarms, SetAlarmState, EnableAlarmActions, DisableAlarmActions.
#include "services/cloudwatch/alarms/rule.h"
#include "services/cloudwatch/alarms/transitions.h"
#include "services/cloudwatch/operations.h"
#include "services/tags.h"

#include <algorithm>

namespace orrery::cloudwatch {
namespace {

Result<> erase_alarm(CloudWatch& cloudwatch, Transaction& tx, const AlarmRecord& record, Instant now) {
  if (const CompositeAlarm* composite = record.composite()) {
    const auto rule = TRY(CompositeRule::parse(*composite->AlarmRule));
    for (const std::string& written : rule.alarms()) TRY(erase_dependency(tx, record, name_of(written)));
  }
  AlarmRecord last = record;
  TRY(note(tx, last, now, HistoryItemType::ConfigurationUpdate, "Alarm \"" + record.name() + "\" deleted",
           R"({"type":"Delete","version":"1.0"})"));
  TRY(cloudwatch.background.disarm(tx, kAlarmTimer, record.arn()));
  TRY(erase_tags(tx, record.arn()));
  return tx.erase(alarm_key(record.account, record.region, record.name()));
}

Result<> set_actions(Call& call, Transaction& tx, const std::vector<std::string>& names, bool enabled) {
  for (const std::string& name : names) {
    auto record = TRY(find_alarm(tx, call.account, call.region, name));
    if (!record) continue;
    std::visit([&](auto& alarm) { alarm.ActionsEnabled = enabled; }, record->alarm);
    TRY(note(tx, *record, call.now, HistoryItemType::ConfigurationUpdate, "Alarm \"" + name + "\" updated",
             enabled ? R"({"type":"Update","version":"1.0","actionsEnabled":true})"
                     : R"({"type":"Update","version":"1.0","actionsEnabled":false})"));
    TRY(put_alarm(tx, *record));
  }
  return {};
}

}  // namespace

// "If you specify an incorrect alarm name or make any other error in the DeleteAlarms operation, no alarms are
// deleted."
Result<wire::Empty> delete_alarms(CloudWatch& cloudwatch, Call& call, Transaction& tx, const DeleteAlarmsInput& input) {
  std::vector<AlarmRecord> records;
  records.reserve(input.AlarmNames.size());
  for (const std::string& name : input.AlarmNames) records.push_back(TRY(existing_alarm(tx, call, name)));
  for (const AlarmRecord& record : records) {
    for (const std::string& parent : TRY(parents_of(tx, record))) {
      if (std::ranges::find(input.AlarmNames, parent) != input.AlarmNames.end()) continue;
      return fail(invalid("Cannot delete " + record.name() + " as there are composite alarm(s) depending on it."));
    }
  }
  for (const AlarmRecord& record : records) TRY(erase_alarm(cloudwatch, tx, record, call.now));
  return wire::Empty{};
}

Result<wire::Empty> set_alarm_state(CloudWatch& cloudwatch, Call& call, Transaction& tx,
                                    const SetAlarmStateInput& input) {
  AlarmRecord record = TRY(existing_alarm(tx, call, input.AlarmName));
  if (input.StateReasonData && !parse_json(*input.StateReasonData)) {
    return fail(errors::InvalidFormatFault("TheStateReasonData was not valid JSON"));
  }
  NewState state;
  state.value = input.StateValue;
  state.reason = input.StateReason;
  state.reason_data = input.StateReasonData;
  TRY(change_state(cloudwatch, tx, std::move(record), state, call.now));
  return wire::Empty{};
}

Result<wire::Empty> enable_alarm_actions(Call& call, Transaction& tx, const EnableAlarmActionsInput& input) {
  TRY(set_actions(call, tx, input.AlarmNames, true));
  return wire::Empty{};
}

Result<wire::Empty> disable_alarm_actions(Call& call, Transaction& tx, const DisableAlarmActionsInput& input) {
  TRY(set_actions(call, tx, input.AlarmNames, false));
  return wire::Empty{};
}

}  // namespace orrery::cloudwatch
