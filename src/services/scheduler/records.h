// What is stored of schedules and their groups, and where.
#pragma once

#include "services/call.h"
#include "services/scheduler/timing.h"
#include "shapes/scheduler.h"

#include <optional>
#include <string>
#include <string_view>

namespace orrery::scheduler {

inline constexpr std::string_view kDefaultGroup = "default";

struct ScheduleRecord {
  std::string account, region, group, name;  // the key
  std::string generation;  // of this creation: what a former schedule of that name left behind does not concern it
  std::string request;     // of the creation, client token and all, as a hash; empty without a token
  Timing timing;
  std::string state, description, after_completion;
  Target target;
  Instant created, modified;

  bool enabled() const { return state != ScheduleState::DISABLED; }
  std::string arn() const;
  std::string label() const { return group + "/" + name; }
};

struct GroupRecord {
  std::string account, region, name;  // the key
  std::string state;
  std::string request;  // as a schedule's
  Instant created, modified;

  std::string arn() const;
};

// "arn:aws:scheduler:REGION:ACCOUNT:schedule/GROUP/NAME" and "…:schedule-group/GROUP".
std::string schedule_arn(const Call& call, const std::optional<std::string>& group, std::string_view name);
std::string group_arn(const Call& call, std::string_view group);

std::string schedules_prefix(std::string_view account, std::string_view region);
std::string schedules_prefix(std::string_view account, std::string_view region, std::string_view group);
std::string schedule_key(std::string_view account, std::string_view region, std::string_view group,
                         std::string_view name);
std::string groups_prefix(std::string_view account, std::string_view region);
std::string group_key(std::string_view account, std::string_view region, std::string_view group);

Result<ScheduleRecord> decode_schedule(std::string_view key, std::string_view value);
Result<std::optional<ScheduleRecord>> get_schedule(Reader& reader, std::string_view account, std::string_view region,
                                                   std::string_view group, std::string_view name);
// nullopt: it is no schedule's.
std::optional<std::string> key_of_arn(std::string_view arn);
// By the ARN that a timer has for its id; nullopt, too, when it is no schedule's.
Result<std::optional<ScheduleRecord>> get_schedule(Reader& reader, std::string_view arn);
Result<> put_schedule(Transaction& tx, const ScheduleRecord& schedule);
std::string key_of(const ScheduleRecord& schedule);

Result<GroupRecord> decode_group(std::string_view key, std::string_view value);
// The group "default" is in every account, before anything was written of it.
Result<std::optional<GroupRecord>> get_group(Reader& reader, std::string_view account, std::string_view region,
                                             std::string_view name);
Result<> put_group(Transaction& tx, const GroupRecord& group);

}  // namespace orrery::scheduler
