#include "services/cloudwatch/alarms/transitions.h"

#include "base/arn.h"
#include "services/cloudwatch/alarms/documents.h"
#include "services/cloudwatch/alarms/notification.h"
#include "services/cloudwatch/alarms/rule.h"
#include "services/record.h"

#include <algorithm>

namespace orrery::cloudwatch {
namespace {

const std::optional<std::vector<std::string>>& actions_for(const AlarmRecord& record, std::string_view state) {
  return std::visit(
      [&](const auto& alarm) -> const std::optional<std::vector<std::string>>& {
        if (state == StateValue::ALARM) return alarm.AlarmActions;
        return state == StateValue::OK ? alarm.OKActions : alarm.InsufficientDataActions;
      },
      record.alarm);
}

bool actions_enabled(const AlarmRecord& record) {
  return std::visit([](const auto& alarm) { return alarm.ActionsEnabled.value_or(true); }, record.alarm);
}

Message message_of(std::string_view kind, const AlarmRecord& record, std::string_view what, const json::object& payload,
                   Instant now) {
  Message message;
  message.kind = kind;
  message.id = record.arn() + "|" + std::to_string(record.items) + "|" + std::string(what);
  message.due = message.created = now;
  message.payload = encode_record(payload);
  return message;
}

Result<> post_effects(CloudWatch& cloudwatch, Transaction& tx, const AlarmRecord& record, const AlarmState& before,
                      Instant now) {
  const json::object head{{"account", record.account}, {"region", record.region}, {"alarm", record.name()}};
  json::object event = head;
  event["detail"] = to_text(event_detail(record, before));
  TRY(cloudwatch.background.post(tx, message_of(kEventMessage, record, "event", event, now)));
  const auto& actions = actions_for(record, record.state());
  if (!actions || !actions_enabled(record)) return {};
  for (const std::string& action : *actions) {
    json::object payload = head;
    payload["action"] = action;
    if (const auto arn = Arn::parse(action); arn && arn->service == "sns") {
      payload["subject"] = notification_subject(record);
      payload["event"] = notification_message(record, before);
    } else {
      payload["event"] = to_text(action_event(record, before, now));
    }
    TRY(cloudwatch.background.post(tx, message_of(kActionMessage, record, action, payload, now)));
  }
  return {};
}

Result<> tell_parents(CloudWatch& cloudwatch, Transaction& tx, const AlarmRecord& record, Instant now) {
  for (const std::string& parent : TRY(parents_of(tx, record))) {
    const auto composite = TRY(find_alarm(tx, record.account, record.region, parent));
    if (composite && composite->composite() != nullptr) TRY(evaluate_composite(cloudwatch, tx, *composite, now));
  }
  return {};
}

void put_state(AlarmRecord& record, const NewState& state, bool changed, Instant now) {
  std::visit(
      [&](auto& alarm) {
        alarm.StateValue = state.value;
        alarm.StateReason = state.reason;
        alarm.StateReasonData = state.reason_data;
        alarm.StateUpdatedTimestamp = now;
        if (changed) alarm.StateTransitionedTimestamp = now;
      },
      record.alarm);
}

}  // namespace

Result<> change_state(CloudWatch& cloudwatch, Transaction& tx, AlarmRecord record, const NewState& state, Instant now) {
  const AlarmState before = state_of(record);
  const bool changed = before.value != state.value;
  put_state(record, state, changed, now);
  if (!changed) return put_alarm(tx, record);
  TRY(note(tx, record, now, HistoryItemType::StateUpdate, "Alarm updated from " + before.value + " to " + state.value,
           history_data(before, state_of(record))));
  TRY(post_effects(cloudwatch, tx, record, before, now));
  TRY(put_alarm(tx, record));
  return tell_parents(cloudwatch, tx, record, now);
}

Result<> evaluate_composite(CloudWatch& cloudwatch, Transaction& tx, const AlarmRecord& record, Instant now) {
  const auto rule = TRY(CompositeRule::parse(*record.composite()->AlarmRule));
  std::map<std::string, AlarmRecord> children;
  for (const std::string& written : rule.alarms()) {
    auto child = TRY(find_alarm(tx, record.account, record.region, name_of(written)));
    if (child) children.emplace(written, *std::move(child));
  }
  const bool holds = rule.holds([&](const std::string& written) {
    const auto child = children.find(written);
    return child == children.end() ? std::string() : child->second.state();
  });
  NewState state;
  state.value = holds ? StateValue::ALARM : StateValue::OK;
  if (state.value == record.state()) return {};
  json::array causes;
  const AlarmRecord* newest = nullptr;
  const auto since = [](const AlarmRecord& alarm) {
    return std::visit([](const auto& one) { return one.StateTransitionedTimestamp.value_or(Instant()); }, alarm.alarm);
  };
  for (const auto& [written, child] : children) {
    if (newest == nullptr || since(*newest) < since(child)) newest = &child;
    causes.push_back(
        json::object{{"arn", child.arn()},
                     {"state", json::object{{"value", child.state()}, {"timestamp", alarm_time(since(child))}}}});
  }
  state.reason = newest == nullptr
                     ? "Alarm Rule evaluates to " + state.value
                     : newest->arn() + " transitioned to " + newest->state() + " at " + alarm_time(since(*newest));
  state.reason_data = to_text(json::object{{"triggeringAlarms", std::move(causes)}});
  return change_state(cloudwatch, tx, record, state, now);
}

}  // namespace orrery::cloudwatch
