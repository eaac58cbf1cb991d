// The functions behind the rows of scheduler.cc, and what they share.
#pragma once

#include "services/scheduler/firing.h"
#include "services/scheduler/records.h"
#include "services/scheduler/scheduler.h"
#include "shapes/scheduler.h"

#include <functional>

namespace orrery::scheduler {

inline constexpr std::string_view kGroupTimer = "scheduler.group";

// schedules.cc
Result<CreateScheduleOutput> create_schedule(Scheduler& scheduler, Call& call, Transaction& tx,
                                             const CreateScheduleInput& input);
Result<UpdateScheduleOutput> update_schedule(Scheduler& scheduler, Call& call, Transaction& tx,
                                             const UpdateScheduleInput& input);
Result<GetScheduleOutput> describe_schedule(Call& call, Reader& reader, const GetScheduleInput& input);
Result<DeleteScheduleOutput> delete_schedule(Scheduler& scheduler, Call& call, Transaction& tx,
                                             const DeleteScheduleInput& input);

// listing.cc
Result<ListSchedulesOutput> list_schedules(Call& call, Reader& reader, const ListSchedulesInput& input);
Result<ListScheduleGroupsOutput> list_groups(Call& call, Reader& reader, const ListScheduleGroupsInput& input);

// groups.cc
Result<CreateScheduleGroupOutput> create_group(Call& call, Transaction& tx, const CreateScheduleGroupInput& input);
Result<GetScheduleGroupOutput> describe_group(Call& call, Reader& reader, const GetScheduleGroupInput& input);
Result<DeleteScheduleGroupOutput> delete_group(Scheduler& scheduler, Call& call, Transaction& tx,
                                               const DeleteScheduleGroupInput& input);
Result<TagResourceOutput> tag_resource(Call& call, Transaction& tx, const TagResourceInput& input);
Result<UntagResourceOutput> untag_resource(Call& call, Transaction& tx, const UntagResourceInput& input);
Result<ListTagsForResourceOutput> list_tags_for_resource(Call& call, Reader& reader,
                                                         const ListTagsForResourceInput& input);
// The timer of a group that goes: deletes some of its schedules, and in the end the group.
Result<> on_group_timer(Scheduler& scheduler, Transaction& tx, const Timer& timer);
// The group, or ResourceNotFoundException.
Result<GroupRecord> existing_group(Reader& reader, const Call& call, const std::string& name);

// checks.cc: everything about a schedule that the model does not say. Returns its plan; fills in defaults.
Result<Plan> check_schedule(Scheduler& scheduler, Reader& reader, const Call& call, ScheduleRecord& schedule);

}  // namespace orrery::scheduler
