// Schedule groups and their tags: "you organize schedule groups, instead of individual schedules, by applying tags"
// (docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-group.html).
#include "base/arn.h"
#include "base/encode.h"
#include "schedule/catch_up.h"
#include "services/scheduler/operations.h"
#include "services/tags.h"
#include "wire/protocol.h"

namespace orrery::scheduler {
namespace {

constexpr std::size_t kMostGroups = 500;  // an account and region
constexpr int kErasedAtOnce = 500;        // schedules of a group that goes

std::optional<Instant> known(Instant at) { return at == Instant() ? std::nullopt : std::optional(at); }

Error no_group(const std::string& name) {
  return errors::ResourceNotFoundException("Schedule group " + name + " does not exist.");
}

Result<> check_quota(Reader& reader, const Call& call) {
  std::size_t count = 0;
  const auto cursor = reader.scan(prefix_range(groups_prefix(call.account, call.region)));
  while (cursor->next()) ++count;
  TRY(cursor->status());
  if (count < kMostGroups) return {};
  return fail(errors::ServiceQuotaExceededException("The account has its " + std::to_string(kMostGroups) +
                                                    " schedule groups already."));
}

Result<> tag(Transaction& tx, const std::string& arn, const std::vector<Tag>& given) {
  TagMap tags;
  for (const Tag& one : given) tags[one.Key] = one.Value;
  TRY(schedule::check_catch_up_tag(tags));
  if (tags.empty() || TRY(add_tags(tx, arn, tags)).size() <= kMaxTags) return {};
  return fail(errors::ValidationException("A schedule group has " + std::to_string(kMaxTags) + " tags at most."));
}

std::string creation_hash(const CreateScheduleGroupInput& input) {
  if (!input.ClientToken) return {};
  const auto digest = sha256(to_text(wire::to_document(wire::shape_for<CreateScheduleGroupInput>(), &input)));
  return hex(view(digest).substr(0, 12));
}

std::string name_in(const std::string& group_arn) { return group_arn.substr(group_arn.rfind('/') + 1); }

Result<> check_tagged(Reader& reader, const Call& call, const std::string& text) {
  if (text == group_arn(call, name_in(text))) {
    TRY(existing_group(reader, call, name_in(text)));
    return {};
  }
  return fail(no_group(name_in(text)));
}

}  // namespace

Result<GroupRecord> existing_group(Reader& reader, const Call& call, const std::string& name) {
  auto group = TRY(get_group(reader, call.account, call.region, name));
  if (!group) return fail(no_group(name));
  return *std::move(group);
}

Result<CreateScheduleGroupOutput> create_group(Call& call, Transaction& tx, const CreateScheduleGroupInput& input) {
  GroupRecord group;
  group.account = call.account;
  group.region = call.region;
  group.name = input.Name;
  group.state = ScheduleGroupState::ACTIVE;
  group.request = creation_hash(input);
  group.created = call.now;
  group.modified = call.now;
  if (const auto existing = TRY(get_group(tx, call.account, call.region, input.Name))) {
    if (!group.request.empty() && existing->request == group.request) return CreateScheduleGroupOutput{group.arn()};
    return fail(errors::ConflictException("Schedule group " + input.Name + " already exists."));
  }
  TRY(check_quota(tx, call));
  TRY(put_group(tx, group));
  if (input.Tags) TRY(tag(tx, group.arn(), *input.Tags));
  return CreateScheduleGroupOutput{group.arn()};
}

Result<GetScheduleGroupOutput> describe_group(Call& call, Reader& reader, const GetScheduleGroupInput& input) {
  const GroupRecord group = TRY(existing_group(reader, call, input.Name));
  GetScheduleGroupOutput output;
  output.Arn = group.arn();
  output.Name = group.name;
  output.State = group.state;
  output.CreationDate = known(group.created);
  output.LastModificationDate = known(group.modified);
  return output;
}

// "When you delete a group, it remains in a DELETING state until all of its associated schedules are deleted."
Result<DeleteScheduleGroupOutput> delete_group(Scheduler& scheduler, Call& call, Transaction& tx,
                                               const DeleteScheduleGroupInput& input) {
  if (input.Name == kDefaultGroup) {
    return fail(errors::ValidationException("The default schedule group cannot be deleted."));
  }
  GroupRecord group = TRY(existing_group(tx, call, input.Name));
  group.state = ScheduleGroupState::DELETING;
  group.modified = call.now;
  TRY(put_group(tx, group));
  TRY(scheduler.background.arm(tx, {std::string(kGroupTimer), group.arn(), call.now, {}}));
  return DeleteScheduleGroupOutput{};
}

Result<> on_group_timer(Scheduler& scheduler, Transaction& tx, const Timer& timer) {
  const auto arn = Arn::parse(timer.id);
  if (!arn) return {};
  const std::string name = name_in(timer.id);
  const auto cursor = tx.scan(prefix_range(schedules_prefix(arn->account, arn->region, name)));
  int erased = 0;
  while (erased < kErasedAtOnce && cursor->next()) {
    TRY(erase_schedule(scheduler, tx, TRY(decode_schedule(cursor->key(), cursor->value()))));
    ++erased;
  }
  TRY(cursor->status());
  if (erased == kErasedAtOnce) return scheduler.background.arm(tx, {timer.kind, timer.id, timer.now, {}});
  TRY(erase_tags(tx, timer.id));
  return tx.erase(group_key(arn->account, arn->region, name));
}

Result<TagResourceOutput> tag_resource(Call& call, Transaction& tx, const TagResourceInput& input) {
  TRY(check_tagged(tx, call, input.ResourceArn));
  TRY(tag(tx, input.ResourceArn, input.Tags));
  return TagResourceOutput{};
}

Result<UntagResourceOutput> untag_resource(Call& call, Transaction& tx, const UntagResourceInput& input) {
  TRY(check_tagged(tx, call, input.ResourceArn));
  TRY(remove_tags(tx, input.ResourceArn, input.TagKeys));
  return UntagResourceOutput{};
}

Result<ListTagsForResourceOutput> list_tags_for_resource(Call& call, Reader& reader,
                                                         const ListTagsForResourceInput& input) {
  TRY(check_tagged(reader, call, input.ResourceArn));
  ListTagsForResourceOutput output;
  output.Tags.emplace();
  for (const auto& [key, value] : TRY(get_tags(reader, input.ResourceArn))) output.Tags->push_back({key, value});
  return output;
}

}  // namespace orrery::scheduler
