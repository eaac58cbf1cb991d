#include "services/scheduler/records.h"

#include "base/arn.h"
#include "services/record.h"
#include "store/key.h"

namespace orrery::scheduler {
namespace {

std::optional<Instant> instant_of(const json::value& document, std::string_view name) {
  const auto ms = find_int(document, name);
  return ms ? std::optional(instant_from_ms(*ms)) : std::nullopt;
}

// A million of them: what has its default is not written.
void note(json::object& document, std::string_view name, std::string_view value, std::string_view otherwise = "") {
  if (value != otherwise) document[{name.data(), name.size()}] = value;
}

void note(json::object& document, std::string_view name, std::optional<Instant> value) {
  if (value) document[{name.data(), name.size()}] = epoch_ms(*value);
}

}  // namespace

std::string ScheduleRecord::arn() const {
  return make_arn("scheduler", region, account, "schedule/" + group + "/" + name);
}

std::string GroupRecord::arn() const { return make_arn("scheduler", region, account, "schedule-group/" + name); }

std::string schedule_arn(const Call& call, const std::optional<std::string>& group, std::string_view name) {
  return make_arn("scheduler", call.region, call.account,
                  "schedule/" + group.value_or(std::string(kDefaultGroup)) + "/" + std::string(name));
}

std::string group_arn(const Call& call, std::string_view group) {
  return make_arn("scheduler", call.region, call.account, "schedule-group/" + std::string(group));
}

std::string schedules_prefix(std::string_view account, std::string_view region) {
  return KeyWriter(KeyKind::Schedule).text(account).text(region).take();
}
std::string schedules_prefix(std::string_view account, std::string_view region, std::string_view group) {
  return KeyWriter(KeyKind::Schedule).text(account).text(region).text(group).take();
}
std::string schedule_key(std::string_view account, std::string_view region, std::string_view group,
                         std::string_view name) {
  return KeyWriter(KeyKind::Schedule).text(account).text(region).text(group).text(name).take();
}
std::string groups_prefix(std::string_view account, std::string_view region) {
  return KeyWriter(KeyKind::ScheduleGroup).text(account).text(region).take();
}
std::string group_key(std::string_view account, std::string_view region, std::string_view group) {
  return KeyWriter(KeyKind::ScheduleGroup).text(account).text(region).text(group).take();
}

std::string key_of(const ScheduleRecord& schedule) {
  return schedule_key(schedule.account, schedule.region, schedule.group, schedule.name);
}

Result<ScheduleRecord> decode_schedule(std::string_view key, std::string_view value) {
  const json::value document = TRY(decode_record(value));
  ScheduleRecord schedule;
  KeyReader reader(key);
  schedule.account = reader.text();
  schedule.region = reader.text();
  schedule.group = reader.text();
  schedule.name = reader.text();
  schedule.generation = text_of(document, "generation");
  schedule.request = text_of(document, "request");
  schedule.timing.expression = text_of(document, "expression");
  schedule.timing.zone = text_of(document, "zone", "UTC");
  schedule.timing.start = instant_of(document, "start");
  schedule.timing.end = instant_of(document, "end");
  schedule.timing.anchor = instant_of(document, "anchor").value_or(Instant());
  schedule.timing.window_minutes = find_int(document, "window").value_or(0);
  schedule.state = text_of(document, "state", ScheduleState::ENABLED);
  schedule.description = text_of(document, "description");
  schedule.after_completion = text_of(document, "after", ActionAfterCompletion::NONE);
  schedule.created = instant_of(document, "created").value_or(Instant());
  schedule.modified = instant_of(document, "modified").value_or(schedule.created);
  if (const json::value* target = find(document, "target")) {
    TRY(wire::from_document(wire::shape_for<Target>(), *target, &schedule.target, false));
  }
  return schedule;
}

Result<std::optional<ScheduleRecord>> get_schedule(Reader& reader, std::string_view account, std::string_view region,
                                                   std::string_view group, std::string_view name) {
  const std::string key = schedule_key(account, region, group, name);
  const auto bytes = TRY(reader.get(key));
  if (!bytes) return std::optional<ScheduleRecord>();
  return std::optional<ScheduleRecord>(TRY(decode_schedule(key, *bytes)));
}

std::optional<std::string> key_of_arn(std::string_view text) {
  const auto arn = Arn::parse(text);
  constexpr std::string_view kPrefix = "schedule/";
  if (!arn || !arn->resource.starts_with(kPrefix)) return std::nullopt;
  const std::string_view path = std::string_view(arn->resource).substr(kPrefix.size());
  const auto slash = path.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  return schedule_key(arn->account, arn->region, path.substr(0, slash), path.substr(slash + 1));
}

Result<std::optional<ScheduleRecord>> get_schedule(Reader& reader, std::string_view arn) {
  const auto key = key_of_arn(arn);
  if (!key) return std::optional<ScheduleRecord>();
  const auto bytes = TRY(reader.get(*key));
  if (!bytes) return std::optional<ScheduleRecord>();
  return std::optional<ScheduleRecord>(TRY(decode_schedule(*key, *bytes)));
}

Result<> put_schedule(Transaction& tx, const ScheduleRecord& schedule) {
  json::object document;
  note(document, "generation", schedule.generation);
  note(document, "request", schedule.request);
  note(document, "expression", schedule.timing.expression);
  note(document, "zone", schedule.timing.zone, "UTC");
  note(document, "start", schedule.timing.start);
  note(document, "end", schedule.timing.end);
  note(document, "anchor", std::optional(schedule.timing.anchor));
  if (schedule.timing.window_minutes > 0) document["window"] = schedule.timing.window_minutes;
  note(document, "state", schedule.state, ScheduleState::ENABLED);
  note(document, "description", schedule.description);
  note(document, "after", schedule.after_completion, ActionAfterCompletion::NONE);
  note(document, "created", std::optional(schedule.created));
  if (schedule.modified != schedule.created) note(document, "modified", std::optional(schedule.modified));
  document["target"] = wire::to_document(wire::shape_for<Target>(), &schedule.target);
  return put_record(tx, key_of(schedule), document);
}

Result<GroupRecord> decode_group(std::string_view key, std::string_view value) {
  const json::value document = TRY(decode_record(value));
  GroupRecord group;
  KeyReader reader(key);
  group.account = reader.text();
  group.region = reader.text();
  group.name = reader.text();
  group.state = text_of(document, "state");
  group.request = text_of(document, "request");
  group.created = instant_of(document, "created").value_or(Instant());
  group.modified = instant_of(document, "modified").value_or(group.created);
  return group;
}

Result<std::optional<GroupRecord>> get_group(Reader& reader, std::string_view account, std::string_view region,
                                             std::string_view name) {
  const std::string key = group_key(account, region, name);
  const auto bytes = TRY(reader.get(key));
  if (bytes) return std::optional<GroupRecord>(TRY(decode_group(key, *bytes)));
  if (name != kDefaultGroup) return std::optional<GroupRecord>();
  GroupRecord group;
  group.account = account;
  group.region = region;
  group.name = name;
  group.state = ScheduleGroupState::ACTIVE;
  return std::optional<GroupRecord>(std::move(group));
}

Result<> put_group(Transaction& tx, const GroupRecord& group) {
  json::object document;
  note(document, "state", group.state);
  note(document, "request", group.request);
  note(document, "created", std::optional(group.created));
  note(document, "modified", std::optional(group.modified));
  return put_record(tx, group_key(group.account, group.region, group.name), document);
}

}  // namespace orrery::scheduler
