#include "services/events/archives/archiving.h"

#include "base/arn.h"
#include "services/record.h"
#include "store/key.h"

namespace orrery::events {
namespace {

constexpr std::size_t kStep = 500;  // events removed in one transaction

std::string timer_id(const ArchiveRecord& archive) { return archive.arn() + "|" + archive.id; }

// Removing is work: what expires within an hour goes together.
Instant next_hour(Instant at) {
  constexpr std::int64_t kHour_ms = 3'600'000;
  return instant_from_ms((epoch_ms(at) + kHour_ms - 1) / kHour_ms * kHour_ms);
}

struct Owner {
  std::string account, region, name, id;
};

std::optional<Owner> owner_of(const std::string& timer) {
  const auto bar = timer.rfind('|');
  if (bar == std::string::npos) return std::nullopt;
  const auto arn = Arn::parse(std::string_view(timer).substr(0, bar));
  const auto name = parse_archive_arn(std::string_view(timer).substr(0, bar));
  if (!arn || !name) return std::nullopt;
  return Owner{arn->account, arn->region, *name, timer.substr(bar + 1)};
}

// Removes those events that `archive` keeps no longer (nullptr: all of them), and returns when to look again: nullopt
// when nothing is left.
Result<std::optional<Instant>> remove_some(Transaction& tx, const Owner& owner, const ArchiveRecord* archive,
                                           Instant now) {
  std::optional<Instant> again;
  std::vector<std::string> expired;
  const auto cursor = tx.scan(prefix_range(archived_prefix(owner.account, owner.region, owner.id)));
  while (cursor->next()) {
    if (expired.size() == kStep) {
      again = now;
      break;
    }
    if (archive != nullptr) {
      const ArchivedEvent event = TRY(decode_archived(*cursor));
      const Instant expiry = *archive->expiry(event.time, event.ingested);
      if (expiry > now) {
        if (!again || expiry < *again) again = expiry;
        // Later events are kept for longer; of earlier ones only those that came in late are still there.
        if (*archive->expiry(event.time, event.time) > now) break;
        continue;
      }
    }
    expired.emplace_back(cursor->key());
  }
  TRY(cursor->status());
  for (const auto& key : expired) TRY(tx.erase(key));
  return again;
}

}  // namespace

std::string ArchiveRecord::arn() const { return make_arn("events", region, account, "archive/" + name); }

std::optional<Instant> ArchiveRecord::expiry(Instant time, Instant ingested) const {
  if (retention_days == 0) return std::nullopt;
  return std::max(time, ingested) + std::chrono::hours(24 * retention_days);
}

std::string archives_prefix(std::string_view account, std::string_view region) {
  return KeyWriter(KeyKind::EventArchive).text(account).text(region).take();
}
std::string archive_key(std::string_view account, std::string_view region, std::string_view name) {
  return KeyWriter(KeyKind::EventArchive).text(account).text(region).text(name).take();
}

Result<ArchiveRecord> decode_archive(std::string_view bytes) {
  const json::value document = TRY(decode_record(bytes));
  ArchiveRecord archive;
  archive.account = text_of(document, "account");
  archive.region = text_of(document, "region");
  archive.name = text_of(document, "name");
  archive.id = text_of(document, "id");
  archive.bus_arn = text_of(document, "bus");
  archive.description = text_of(document, "description");
  archive.pattern = text_of(document, "pattern");
  archive.retention_days = find_int(document, "retention_days").value_or(0);
  archive.created = instant_from_ms(find_int(document, "created_ms").value_or(0));
  return archive;
}

Result<std::optional<ArchiveRecord>> get_archive(Reader& reader, std::string_view account, std::string_view region,
                                                 std::string_view name) {
  const auto bytes = TRY(reader.get(archive_key(account, region, name)));
  if (!bytes) return std::optional<ArchiveRecord>();
  return std::optional<ArchiveRecord>(TRY(decode_archive(*bytes)));
}

Result<> put_archive(Transaction& tx, const ArchiveRecord& archive) {
  return put_record(tx, archive_key(archive.account, archive.region, archive.name),
                    json::object{{"account", archive.account},
                                 {"region", archive.region},
                                 {"name", archive.name},
                                 {"id", archive.id},
                                 {"bus", archive.bus_arn},
                                 {"description", archive.description},
                                 {"pattern", archive.pattern},
                                 {"retention_days", archive.retention_days},
                                 {"created_ms", epoch_ms(archive.created)}});
}

std::optional<std::string> parse_archive_arn(std::string_view text) {
  const auto arn = Arn::parse(text);
  constexpr std::string_view kPrefix = "archive/";
  if (!arn || arn->service != "events" || !arn->resource.starts_with(kPrefix)) return std::nullopt;
  return arn->resource.substr(kPrefix.size());
}

std::string archived_prefix(std::string_view account, std::string_view region, std::string_view archive_id) {
  return KeyWriter(KeyKind::ArchivedEvent).text(account).text(region).text(archive_id).take();
}
// Keys count time from 1970 on: what is older is at its start.
std::string archived_from(std::string_view account, std::string_view region, std::string_view archive_id,
                          Instant time) {
  const auto ms = static_cast<std::uint64_t>(std::max<std::int64_t>(0, epoch_ms(time)));
  return KeyWriter(KeyKind::ArchivedEvent).text(account).text(region).text(archive_id).u64(ms).take();
}

Result<ArchivedEvent> decode_archived(const Cursor& cursor) {
  KeyReader key(cursor.key());
  for (int i = 0; i < 3; ++i) key.text();  // account, region, archive
  const json::value document = TRY(decode_record(cursor.value()));
  ArchivedEvent event;
  event.text = text_of(document, "event");
  event.time = instant_from_ms(static_cast<std::int64_t>(key.u64()));
  event.ingested = instant_from_ms(find_int(document, "ingested_ms").value_or(0));
  event.came = find_bool(document, "from_bus").value_or(false) ? Came::FromBus : Came::Direct;
  return event;
}

Result<> keep(Transaction& tx, const RuleRecord& rule, const Incoming& event) {
  const auto time = parse_iso8601(find_string(event.document, "time").value_or(""));
  const std::string key =
      archived_from(rule.bus.account, rule.bus.region, rule.archive, time.value_or(event.ingested)) +
      KeyWriter(KeyKind::ArchivedEvent).text(event.id).take().substr(1);
  return put_record(
      tx, key,
      json::object{
          {"event", event.text}, {"ingested_ms", epoch_ms(event.ingested)}, {"from_bus", event.came == Came::FromBus}});
}

// Whatever comes in from now on stays for at least the whole period: to look after that is early enough.
Result<> watch_retention(Events& events, Transaction& tx, const ArchiveRecord& archive, Instant now) {
  if (archive.retention_days == 0) return events.background.disarm(tx, kArchiveTimer, timer_id(archive));
  return events.background.arm(
      tx, {std::string(kArchiveTimer), timer_id(archive), next_hour(*archive.expiry(archive.created, now)), {}});
}

Result<> remove_archived(Events& events, Transaction& tx, const ArchiveRecord& archive, Instant now) {
  return events.background.arm(tx, {std::string(kArchiveTimer), timer_id(archive), now, {}});
}

Result<> on_archive_due(Events& events, Transaction& tx, const Timer& timer) {
  const auto owner = owner_of(timer.id);
  if (!owner) return {};
  const auto archive = TRY(get_archive(tx, owner->account, owner->region, owner->name));
  const bool gone = !archive || archive->id != owner->id;
  if (!gone && archive->retention_days == 0) return {};
  const auto again = TRY(remove_some(tx, *owner, gone ? nullptr : &*archive, timer.now));
  if (again) {
    const Instant due = *again > timer.now ? next_hour(*again) : timer.now;
    return events.background.arm(tx, {std::string(kArchiveTimer), timer.id, due, {}});
  }
  return gone ? Result<>() : watch_retention(events, tx, *archive, timer.now);
}

}  // namespace orrery::events
