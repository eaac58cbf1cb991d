#include "services/scheduler/scheduler.h"

#include "services/scheduler/invoking.h"
#include "services/scheduler/operations.h"

namespace orrery::scheduler {
namespace {

// Actions and resources are those of
// docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridgescheduler.html.
constexpr auto schedule_of = [](const Call& call, const auto& input) {
  return schedule_arn(call, input.GroupName, input.Name);
};
constexpr auto group_of = [](const Call& call, const auto& input) { return group_arn(call, input.Name); };
constexpr auto tagged = [](const Call&, const auto& input) { return input.ResourceArn; };
constexpr auto everything = [](const Call&, const auto&) { return std::string("*"); };

// The target's role is handed to the service.
constexpr auto schedule_and_role = [](const Call& call, const auto& input) {
  return std::vector<Access>{
      {std::string(), schedule_arn(call, input.GroupName, input.Name), {}},
      {"iam:PassRole", input.Target.RoleArn, {{"iam:PassedToService", "scheduler.amazonaws.com"}}}};
};

constexpr Operation kOperations[] = {
    transacting<create_schedule, schedule_and_role>("CreateSchedule", "scheduler:CreateSchedule"),
    transacting<create_group, group_of>("CreateScheduleGroup", "scheduler:CreateScheduleGroup"),
    transacting<delete_schedule, schedule_of>("DeleteSchedule", "scheduler:DeleteSchedule"),
    transacting<delete_group, group_of>("DeleteScheduleGroup", "scheduler:DeleteScheduleGroup"),
    reading<describe_schedule, schedule_of>("GetSchedule", "scheduler:GetSchedule"),
    reading<describe_group, group_of>("GetScheduleGroup", "scheduler:GetScheduleGroup"),
    reading<list_groups, everything>("ListScheduleGroups", "scheduler:ListScheduleGroups"),
    reading<list_schedules, everything>("ListSchedules", "scheduler:ListSchedules"),
    reading<list_tags_for_resource, tagged>("ListTagsForResource", "scheduler:ListTagsForResource"),
    transacting<tag_resource, tagged>("TagResource", "scheduler:TagResource"),
    transacting<untag_resource, tagged>("UntagResource", "scheduler:UntagResource"),
    transacting<update_schedule, schedule_and_role>("UpdateSchedule", "scheduler:UpdateSchedule"),
};

}  // namespace

Service scheduler_service(Scheduler& scheduler) {
  Service service;
  service.model = &model();
  service.operations = kOperations;
  service.self = &scheduler;
  return service;
}

void register_background(Scheduler& scheduler) {
  scheduler.background.on_timer(std::string(kScheduleTimer), [&scheduler](Transaction& tx, const Timer& timer) {
    return on_tick(scheduler, tx, timer);
  });
  scheduler.background.on_timer(std::string(kGroupTimer), [&scheduler](Transaction& tx, const Timer& timer) {
    return on_group_timer(scheduler, tx, timer);
  });
  scheduler.background.on_message(std::string(kInvoke), [&scheduler](Transaction& tx, const Message& message) {
    return invoke(scheduler, tx, message);
  });
}

}  // namespace orrery::scheduler
