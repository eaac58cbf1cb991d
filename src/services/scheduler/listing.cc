#include "services/paging.h"
#include "services/scheduler/operations.h"
#include "store/key.h"

namespace orrery::scheduler {
namespace {

constexpr std::int64_t kPage = 100;
// A page looks at so many records at most, so that a filter that nothing passes does not hold up everybody else: it may
// be empty and have a token nevertheless, as the documentation of paging says.
constexpr std::int64_t kLooked = 10'000;

struct PageRequest {
  std::optional<std::string> token;
  std::int64_t limit = kPage;
};

// One page of `range`. `take` returns whether it wanted the entry.
Result<std::optional<std::string>> scan_page(Reader& reader, KeyRange range, const PageRequest& page,
                                             const std::function<Result<bool>(Cursor&)>& take) {
  if (page.token) {
    const auto position = page_position(*page.token);
    if (!position || *position < range.begin || (!range.end.empty() && *position >= range.end)) {
      return fail(errors::ValidationException("Invalid NextToken."));
    }
    range.begin = *position;
  }
  const auto cursor = reader.scan(range);
  std::int64_t taken = 0;
  std::int64_t looked = 0;
  while (cursor->next()) {
    if (taken == page.limit || looked == kLooked) return std::optional(page_token(cursor->key()));
    taken += TRY(take(*cursor)) ? 1 : 0;
    ++looked;
  }
  TRY(cursor->status());
  return std::optional<std::string>();
}

// Names are plain characters, which keys keep as they are: those that begin with `name_prefix` lie together.
KeyRange names(const std::string& key_prefix, const std::optional<std::string>& name_prefix) {
  return prefix_range(key_prefix + name_prefix.value_or(""));
}

ScheduleSummary summary_of(const ScheduleRecord& schedule) {
  ScheduleSummary summary;
  summary.Arn = schedule.arn();
  summary.Name = schedule.name;
  summary.GroupName = schedule.group;
  summary.State = schedule.state;
  summary.CreationDate = schedule.created;
  summary.LastModificationDate = schedule.modified;
  summary.Target.emplace();
  summary.Target->Arn = schedule.target.Arn;
  return summary;
}

ScheduleGroupSummary summary_of(const GroupRecord& group) {
  ScheduleGroupSummary summary;
  summary.Arn = group.arn();
  summary.Name = group.name;
  summary.State = group.state;
  if (group.created != Instant()) {
    summary.CreationDate = group.created;
    summary.LastModificationDate = group.modified;
  }
  return summary;
}

}  // namespace

Result<ListSchedulesOutput> list_schedules(Call& call, Reader& reader, const ListSchedulesInput& input) {
  KeyRange range = prefix_range(schedules_prefix(call.account, call.region));
  if (input.GroupName) {
    TRY(existing_group(reader, call, *input.GroupName));
    range = names(schedules_prefix(call.account, call.region, *input.GroupName), input.NamePrefix);
  }
  ListSchedulesOutput output;
  const std::string prefix = input.NamePrefix.value_or("");
  const auto take = [&](Cursor& cursor) -> Result<bool> {
    const ScheduleRecord schedule = TRY(decode_schedule(cursor.key(), cursor.value()));
    if (!schedule.name.starts_with(prefix) || (input.State && schedule.state != *input.State)) return false;
    output.Schedules.push_back(summary_of(schedule));
    return true;
  };
  output.NextToken = TRY(scan_page(reader, range, {input.NextToken, input.MaxResults.value_or(kPage)}, take));
  return output;
}

Result<ListScheduleGroupsOutput> list_groups(Call& call, Reader& reader, const ListScheduleGroupsInput& input) {
  const std::string prefix = input.NamePrefix.value_or("");
  ListScheduleGroupsOutput output;
  std::int64_t limit = input.MaxResults.value_or(kPage);
  // "Your AWS account comes with a default scheduler group": it leads until it is written down.
  const GroupRecord main = TRY(existing_group(reader, call, std::string(kDefaultGroup)));
  if (!input.NextToken && main.created == Instant() && main.name.starts_with(prefix)) {
    output.ScheduleGroups.push_back(summary_of(main));
    --limit;
  }
  const auto take = [&](Cursor& cursor) -> Result<bool> {
    output.ScheduleGroups.push_back(summary_of(TRY(decode_group(cursor.key(), cursor.value()))));
    return true;
  };
  output.NextToken = TRY(scan_page(reader, names(groups_prefix(call.account, call.region), input.NamePrefix),
                                   {input.NextToken, limit}, take));
  return output;
}

}  // namespace orrery::scheduler
