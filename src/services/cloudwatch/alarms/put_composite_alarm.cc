#include "services/cloudwatch/alarms/putting.h"
#include "services/cloudwatch/alarms/rule.h"
#include "services/cloudwatch/operations.h"

#include <algorithm>
#include <set>

namespace orrery::cloudwatch {
namespace {

constexpr std::size_t kMostAlarms = 100;  // "You can specify as many as 100 children"

// Whether `wanted` is below the alarm.
Result<bool> reaches(Reader& reader, const Call& call, const std::string& name, const std::string& wanted,
                     std::set<std::string>& seen) {
  if (name == wanted) return true;
  if (!seen.insert(name).second) return false;
  const auto record = TRY(find_alarm(reader, call.account, call.region, name));
  if (!record || record->composite() == nullptr) return false;
  const auto rule = TRY(CompositeRule::parse(*record->composite()->AlarmRule));
  for (const std::string& written : rule.alarms()) {
    if (TRY(reaches(reader, call, name_of(written), wanted, seen))) return true;
  }
  return false;
}

Result<> check_children(Reader& reader, const Call& call, const std::string& name,
                        const std::vector<std::string>& children) {
  std::string absent;
  std::set<std::string> seen;
  for (const std::string& written : children) {
    const std::string child = name_of(written);
    if (TRY(reaches(reader, call, child, name, seen))) {
      return fail(
          invalid("Could not save the composite alarm as its rule would contain a cycle through alarm " + child));
    }
    if (TRY(find_alarm(reader, call.account, call.region, child))) continue;
    if (!absent.empty()) absent += ", ";
    absent += child;
  }
  if (absent.empty()) return {};
  return fail(invalid("Could not save the composite alarm as alarms [" + absent + "] in the alarm rule do not exist"));
}

}  // namespace

Result<wire::Empty> put_composite_alarm(CloudWatch& cloudwatch, Call& call, Transaction& tx,
                                        const PutCompositeAlarmInput& input) {
  if (input.ActionsSuppressor || input.ActionsSuppressorWaitPeriod || input.ActionsSuppressorExtensionPeriod ||
      input.ActionConfiguration) {
    return fail(invalid("Orrery does not support action suppression of composite alarms."));
  }
  const auto rule = TRY(CompositeRule::parse(input.AlarmRule));
  const std::vector<std::string> children = rule.alarms();
  if (children.size() > kMostAlarms) return fail(invalid("AlarmRule must not refer to more than 100 alarms."));
  TRY(check_children(tx, call, input.AlarmName, children));

  AlarmRecord former;
  if (const auto before = TRY(find_alarm(tx, call.account, call.region, input.AlarmName));
      before && before->composite() != nullptr) {
    const auto old = TRY(CompositeRule::parse(*before->composite()->AlarmRule));
    for (const std::string& written : old.alarms()) TRY(erase_dependency(tx, *before, name_of(written)));
  }
  CompositeAlarm alarm;
  alarm.AlarmName = input.AlarmName;
  alarm.AlarmArn = alarm_arn(call.account, call.region, input.AlarmName);
  alarm.AlarmDescription = input.AlarmDescription;
  alarm.AlarmRule = input.AlarmRule;
  former.account = call.account;
  former.region = call.region;
  former.alarm = alarm;
  for (const std::string& written : children) TRY(put_dependency(tx, former, name_of(written)));
  TRY(put_configured(cloudwatch, call, tx, std::move(alarm), input));
  return wire::Empty{};
}

}  // namespace orrery::cloudwatch
