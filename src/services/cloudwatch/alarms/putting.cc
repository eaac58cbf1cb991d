#include "services/cloudwatch/alarms/putting.h"

#include "base/arn.h"
#include "services/cloudwatch/alarms/documents.h"
#include "services/tags.h"

namespace orrery::cloudwatch {

Result<> check_actions(const ActionList& actions) {
  if (!actions) return {};
  for (const std::string& action : *actions) {
    if (!Arn::parse(action)) return fail(invalid("Invalid arn syntax: " + action));
  }
  return {};
}

Result<> tag_alarm(Transaction& tx, const std::string& arn, const std::optional<std::vector<Tag>>& tags) {
  if (TRY(tag_new(tx, arn, tags)) <= kMaxTags) return {};
  return fail(invalid("The maximum number of tags for an alarm is 50."));
}

Result<> finish_putting(CloudWatch& cloudwatch, Transaction& tx, AlarmRecord record, bool made, Instant now) {
  const std::string verb = made ? "created" : "updated";
  const json::object data{{"type", made ? "Create" : "Update"}, {"version", "1.0"}, {"alarmName", record.name()}};
  TRY(note(tx, record, now, HistoryItemType::ConfigurationUpdate, "Alarm \"" + record.name() + "\" " + verb,
           to_text(data)));
  TRY(put_alarm(tx, record));
  return arm_evaluation(cloudwatch, tx, record, now);
}

}  // namespace orrery::cloudwatch
