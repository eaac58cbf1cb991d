#include "base/arn.h"
#include "pattern/pattern.h"
#include "services/events/archives/archiving.h"
#include "services/events/operations.h"
#include "services/events/pages.h"
#include "services/record.h"

namespace orrery::events {
namespace {

constexpr std::string_view kManagedBy = "prod.vhs.events.aws.internal";

Error no_archive(const std::string& name) {
  return errors::ResourceNotFoundException("Archive " + name + " does not exist.");
}

Result<ArchiveRecord> existing_archive(Reader& reader, const Call& call, const std::string& name) {
  auto archive = TRY(get_archive(reader, call.account, call.region, name));
  if (!archive) return fail(no_archive(name));
  return *std::move(archive);
}

template <class Input>
Result<> check_settings(const Input& input) {
  if (input.KmsKeyIdentifier && !input.KmsKeyIdentifier->empty()) {
    return fail(api_error("NotImplemented",
                          "Orrery does not implement KmsKeyIdentifier of archives: it has no key service.", 501));
  }
  if (input.EventPattern && !input.EventPattern->empty()) TRY(pattern::parse_pattern(*input.EventPattern));
  return {};
}

template <class Input>
void keep_settings(const Input& input, ArchiveRecord& archive) {
  if (input.Description) archive.description = *input.Description;
  if (input.EventPattern) archive.pattern = *input.EventPattern;
  if (input.RetentionDays) archive.retention_days = *input.RetentionDays;
}

// Replayed events are not archived again.
Result<std::string> rule_pattern(const ArchiveRecord& archive) {
  json::value pattern = json::object{};
  if (!archive.pattern.empty()) pattern = TRY(parse_json(archive.pattern));
  pattern.get_object()["replay-name"] = json::array{json::object{{"exists", false}}};
  return orrery::to_text(pattern);
}

// The archive's managed rule, with the target that the real service shows for it.
Result<> put_managed_rule(Transaction& tx, const Call& call, const ArchiveRecord& archive) {
  RuleRecord rule;
  rule.bus = *parse_bus_arn(archive.bus_arn);
  rule.name = archive.rule_name();
  rule.arn = rule.bus.rule_arn(rule.name);
  rule.pattern = TRY(rule_pattern(archive));
  rule.state = RuleState::ENABLED;
  rule.created_by = archive.account;
  rule.managed_by = kManagedBy;
  rule.archive = archive.id;
  rule.anchor = call.now;
  TRY(put_rule_record(tx, *call.random, rule));
  Target target;
  target.Id = rule.name;
  target.Arn = "arn:aws:events:" + archive.region + ":::";
  target.InputTransformer.emplace();
  target.InputTransformer->InputTemplate =
      R"({"archive-arn": ")" + archive.arn() + ":" + archive.id +
      R"(", "event": <aws.events.event.json>, "ingestion-time": <aws.events.event.ingestion-time>})";
  return put_shape(tx, target_key(rule, target.Id), target);
}

struct Content {
  std::int64_t events = 0;
  std::int64_t bytes = 0;
};

Result<Content> content_of(Reader& reader, const ArchiveRecord& archive, Instant now) {
  Content content;
  const auto cursor = reader.scan(prefix_range(archived_prefix(archive.account, archive.region, archive.id)));
  while (cursor->next()) {
    const ArchivedEvent event = TRY(decode_archived(*cursor));
    const auto expiry = archive.expiry(event.time, event.ingested);
    if (expiry && *expiry <= now) continue;
    ++content.events;
    content.bytes += static_cast<std::int64_t>(event.text.size());
  }
  TRY(cursor->status());
  return content;
}

template <class Output>
Output changed(const ArchiveRecord& archive) {
  Output output;
  output.ArchiveArn = archive.arn();
  output.State = std::string(ArchiveState::ENABLED);
  output.CreationTime = archive.created;
  return output;
}

// What DescribeArchive and ListArchives both tell.
template <class Output>
Result<> show(Reader& reader, const ArchiveRecord& archive, Instant now, Output& output) {
  output.ArchiveName = archive.name;
  output.EventSourceArn = archive.bus_arn;
  output.State = std::string(ArchiveState::ENABLED);
  output.RetentionDays = archive.retention_days;
  const Content content = TRY(content_of(reader, archive, now));
  output.SizeBytes = content.bytes;
  output.EventCount = content.events;
  output.CreationTime = archive.created;
  return {};
}

}  // namespace

Result<CreateArchiveResponse> create_archive(Events& events, Call& call, Transaction& tx,
                                             const CreateArchiveRequest& input) {
  const auto bus = parse_bus_arn(input.EventSourceArn);
  if (!bus) {
    return fail(not_valid("Parameter EventSourceArn is not valid. Reason: Must contain an event bus ARN."));
  }
  if (bus->account != call.account) {
    return fail(errors::ResourceNotFoundException("Event bus " + bus->name + " does not exist."));
  }
  TRY(check_settings(input));
  TRY(check_bus(tx, call, *bus));
  if (TRY(get_archive(tx, call.account, call.region, input.ArchiveName))) {
    return fail(errors::ResourceAlreadyExistsException("Archive " + input.ArchiveName + " already exists."));
  }
  ArchiveRecord archive;
  archive.account = call.account;
  archive.region = call.region;
  archive.name = input.ArchiveName;
  archive.id = call.random->uuid();
  archive.bus_arn = bus->arn();
  archive.created = call.now;
  keep_settings(input, archive);
  if (TRY(get_rule(tx, *bus, archive.rule_name()))) {
    return fail(errors::ResourceAlreadyExistsException("Rule " + archive.rule_name() + " already exists."));
  }
  TRY(put_archive(tx, archive));
  TRY(put_managed_rule(tx, call, archive));
  TRY(watch_retention(events, tx, archive, call.now));
  return changed<CreateArchiveResponse>(archive);
}

Result<DescribeArchiveResponse> describe_archive(Call& call, Reader& reader, const DescribeArchiveRequest& input) {
  const ArchiveRecord archive = TRY(existing_archive(reader, call, input.ArchiveName));
  DescribeArchiveResponse output;
  output.ArchiveArn = archive.arn();
  output.Description = unless_empty(archive.description);
  output.EventPattern = unless_empty(archive.pattern);
  TRY(show(reader, archive, call.now, output));
  return output;
}

Result<ListArchivesResponse> list_archives(Call& call, Reader& reader, const ListArchivesRequest& input) {
  const int asked = (input.NamePrefix ? 1 : 0) + (input.EventSourceArn ? 1 : 0) + (input.State ? 1 : 0);
  if (asked > 1) {
    return fail(
        not_valid("At most one filter is allowed for ListArchives. Use either : State, EventSourceArn, or "
                  "NamePrefix."));
  }
  ListArchivesResponse output;
  output.Archives.emplace();
  output.NextToken = TRY(scan_page(reader, archives_prefix(call.account, call.region),
                                   {input.NextToken, input.Limit.value_or(100)}, [&](Cursor& cursor) -> Result<bool> {
                                     const ArchiveRecord archive = TRY(decode_archive(cursor.value()));
                                     if (!archive.name.starts_with(input.NamePrefix.value_or(""))) return false;
                                     if (input.EventSourceArn && *input.EventSourceArn != archive.bus_arn) return false;
                                     if (input.State && *input.State != ArchiveState::ENABLED) return false;
                                     Archive listed;
                                     TRY(show(reader, archive, call.now, listed));
                                     output.Archives->push_back(std::move(listed));
                                     return true;
                                   }));
  return output;
}

Result<UpdateArchiveResponse> update_archive(Events& events, Call& call, Transaction& tx,
                                             const UpdateArchiveRequest& input) {
  ArchiveRecord archive = TRY(existing_archive(tx, call, input.ArchiveName));
  TRY(check_settings(input));
  keep_settings(input, archive);
  TRY(put_archive(tx, archive));
  TRY(put_managed_rule(tx, call, archive));
  // Events may have become too old: the timer finds out by itself when it is next due.
  if (input.RetentionDays && archive.retention_days > 0) {
    TRY(remove_archived(events, tx, archive, call.now));
  } else {
    TRY(watch_retention(events, tx, archive, call.now));
  }
  return changed<UpdateArchiveResponse>(archive);
}

Result<DeleteArchiveResponse> delete_archive(Events& events, Call& call, Transaction& tx,
                                             const DeleteArchiveRequest& input) {
  const ArchiveRecord archive = TRY(existing_archive(tx, call, input.ArchiveName));
  const BusName bus = *parse_bus_arn(archive.bus_arn);
  if (const auto rule = TRY(get_rule(tx, bus, archive.rule_name())); rule && rule->archive == archive.id) {
    for (const Target& target : TRY(targets_of(tx, *rule))) TRY(tx.erase(target_key(*rule, target.Id)));
    TRY(erase_rule_record(tx, *call.random, *rule));
  }
  TRY(tx.erase(archive_key(archive.account, archive.region, archive.name)));
  TRY(remove_archived(events, tx, archive, call.now));
  return DeleteArchiveResponse{};
}

}  // namespace orrery::events
