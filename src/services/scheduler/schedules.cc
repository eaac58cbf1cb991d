#include "base/encode.h"
#include "services/scheduler/operations.h"
#include "services/scheduler/target.h"
#include "wire/protocol.h"

namespace orrery::scheduler {
namespace {

std::optional<std::string> given(const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); }

Result<std::int64_t> window_minutes(const FlexibleTimeWindow& window) {
  if (window.Mode == FlexibleTimeWindowMode::OFF) {
    if (!window.MaximumWindowInMinutes) return std::int64_t{0};
    return not_valid("MaximumWindowInMinutes is not allowed when the Mode of the FlexibleTimeWindow is OFF.");
  }
  if (window.MaximumWindowInMinutes) return std::int64_t{*window.MaximumWindowInMinutes};
  return not_valid("MaximumWindowInMinutes is required when the Mode of the FlexibleTimeWindow is FLEXIBLE.");
}

// What CreateSchedule and UpdateSchedule say alike: "UpdateSchedule uses all values, including empty values, specified
// in the request and overrides the existing schedule."
template <class In>
Result<ScheduleRecord> described(const Call& call, const In& input) {
  if (input.KmsKeyArn) return not_valid("Orrery has no AWS KMS: leave KmsKeyArn out.");
  ScheduleRecord schedule;
  schedule.account = call.account;
  schedule.region = call.region;
  schedule.group = input.GroupName.value_or(std::string(kDefaultGroup));
  schedule.name = input.Name;
  schedule.timing.expression = input.ScheduleExpression;
  schedule.timing.zone = input.ScheduleExpressionTimezone.value_or("UTC");
  schedule.timing.start = input.StartDate;
  schedule.timing.end = input.EndDate;
  schedule.timing.anchor = call.now;
  schedule.timing.window_minutes = TRY(window_minutes(input.FlexibleTimeWindow));
  schedule.state = input.State.value_or(std::string(ScheduleState::ENABLED));
  schedule.description = input.Description.value_or("");
  schedule.after_completion = input.ActionAfterCompletion.value_or(std::string(ActionAfterCompletion::NONE));
  schedule.target = input.Target;
  schedule.created = call.now;
  schedule.modified = call.now;
  return schedule;
}

Error no_schedule(const std::string& name) {
  return errors::ResourceNotFoundException("Schedule " + name + " does not exist.");
}

Result<ScheduleRecord> existing_schedule(Reader& reader, const Call& call, const std::optional<std::string>& group,
                                         const std::string& name) {
  auto schedule =
      TRY(get_schedule(reader, call.account, call.region, group.value_or(std::string(kDefaultGroup)), name));
  if (!schedule) return fail(no_schedule(name));
  return *std::move(schedule);
}

// Reads the group in the transaction, so that it cannot go meanwhile.
Result<> join_group(Transaction& tx, const Call& call, const ScheduleRecord& schedule) {
  GroupRecord group = TRY(existing_group(tx, call, schedule.group));
  if (group.state == ScheduleGroupState::DELETING) {
    return fail(errors::ConflictException("Schedule group " + group.name + " is being deleted."));
  }
  if (group.created != Instant()) return {};
  group.created = call.now;  // "default" comes into being with its first schedule
  group.modified = call.now;
  return put_group(tx, group);
}

std::string creation_hash(const CreateScheduleInput& input) {
  if (!input.ClientToken) return {};
  const auto digest = sha256(to_text(wire::to_document(wire::shape_for<CreateScheduleInput>(), &input)));
  return hex(view(digest).substr(0, 12));
}

}  // namespace

Result<CreateScheduleOutput> create_schedule(Scheduler& scheduler, Call& call, Transaction& tx,
                                             const CreateScheduleInput& input) {
  ScheduleRecord schedule = TRY(described(call, input));
  schedule.request = creation_hash(input);
  const auto existing = TRY(get_schedule(tx, call.account, call.region, schedule.group, schedule.name));
  if (existing) {
    if (!schedule.request.empty() && existing->request == schedule.request) {
      return CreateScheduleOutput{existing->arn()};  // the same request once more
    }
    return fail(errors::ConflictException("Schedule " + schedule.name + " already exists."));
  }
  TRY(join_group(tx, call, schedule));
  const Plan plan = TRY(check_schedule(scheduler, tx, call, schedule));
  schedule.generation = call.random->token(12, kBase62);
  TRY(put_schedule(tx, schedule));
  TRY(arm_first(scheduler, tx, schedule, plan, call.now));
  return CreateScheduleOutput{schedule.arn()};
}

Result<UpdateScheduleOutput> update_schedule(Scheduler& scheduler, Call& call, Transaction& tx,
                                             const UpdateScheduleInput& input) {
  ScheduleRecord schedule = TRY(described(call, input));
  const ScheduleRecord before = TRY(existing_schedule(tx, call, input.GroupName, input.Name));
  schedule.generation = before.generation;
  schedule.request = before.request;
  schedule.created = before.created;
  const bool same_ticks = schedule.timing.same_ticks(before.timing);
  if (same_ticks) schedule.timing.anchor = before.timing.anchor;
  const Plan plan = TRY(check_schedule(scheduler, tx, call, schedule));
  TRY(put_schedule(tx, schedule));
  // An update that leaves the ticks alone neither repeats nor skips one.
  if (!same_ticks || !schedule.enabled()) {
    TRY(arm_first(scheduler, tx, schedule, plan, call.now));
  } else if (!before.enabled()) {
    TRY(arm_again(scheduler, tx, schedule, plan, call.now));
  }
  return UpdateScheduleOutput{schedule.arn()};
}

Result<GetScheduleOutput> describe_schedule(Call& call, Reader& reader, const GetScheduleInput& input) {
  const ScheduleRecord schedule = TRY(existing_schedule(reader, call, input.GroupName, input.Name));
  GetScheduleOutput output;
  output.Arn = schedule.arn();
  output.GroupName = schedule.group;
  output.Name = schedule.name;
  output.ScheduleExpression = schedule.timing.expression;
  output.ScheduleExpressionTimezone = schedule.timing.zone;
  output.StartDate = schedule.timing.start;
  output.EndDate = schedule.timing.end;
  output.Description = given(schedule.description);
  output.State = schedule.state;
  output.ActionAfterCompletion = schedule.after_completion;
  output.CreationDate = schedule.created;
  output.LastModificationDate = schedule.modified;
  output.Target = schedule.target;
  output.FlexibleTimeWindow.emplace();
  output.FlexibleTimeWindow->Mode = FlexibleTimeWindowMode::OFF;
  if (schedule.timing.window_minutes > 0) {
    output.FlexibleTimeWindow->Mode = FlexibleTimeWindowMode::FLEXIBLE;
    output.FlexibleTimeWindow->MaximumWindowInMinutes = schedule.timing.window_minutes;
  }
  return output;
}

Result<DeleteScheduleOutput> delete_schedule(Scheduler& scheduler, Call& call, Transaction& tx,
                                             const DeleteScheduleInput& input) {
  TRY(erase_schedule(scheduler, tx, TRY(existing_schedule(tx, call, input.GroupName, input.Name))));
  return DeleteScheduleOutput{};
}

}  // namespace orrery::scheduler
