// A replay's work: events of an archive, in order of their times, to the rules of its bus.
#include "base/arn.h"
#include "base/encode.h"
#include "services/events/archives/archiving.h"
#include "services/record.h"
#include "store/key.h"

#include <algorithm>

namespace orrery::events {
namespace {

constexpr std::size_t kBatch = 100;                            // events in one transaction
constexpr std::size_t kBatchBytes = std::size_t{1024} * 1024;  // at least one event, though
constexpr auto kKept = std::chrono::hours(24 * 90);

std::optional<Instant> time_of(const json::value& document, std::string_view name) {
  const auto ms = find_int(document, name);
  return ms ? std::optional(instant_from_ms(*ms)) : std::nullopt;
}

std::optional<std::string> replay_name(std::string_view arn_text) {
  const auto arn = Arn::parse(arn_text);
  constexpr std::string_view kPrefix = "replay/";
  if (!arn || !arn->resource.starts_with(kPrefix)) return std::nullopt;
  return arn->resource.substr(kPrefix.size());
}

Result<std::optional<ReplayRecord>> replay_of(Reader& reader, const std::string& arn_text) {
  const auto arn = Arn::parse(arn_text);
  const auto name = replay_name(arn_text);
  if (!arn || !name) return std::optional<ReplayRecord>();
  return get_replay(reader, arn->account, arn->region, *name);
}

// The envelope with one member more; its detail stays as it was given.
std::string with_name(const std::string& text, const std::string& name) {
  return R"({"replay-name":")" + name + R"(",)" + text.substr(1);
}

// In one rule's queue, events that are due together go in order of their messages' ids: hence the number.
std::string occasion_of(const ReplayRecord& replay, const std::string& event_id) {
  const std::string number = std::to_string(replay.sent);
  return "replay/" + replay.name + "/" + std::string(12 - std::min<std::size_t>(12, number.size()), '0') + number +
         "/" + event_id;
}

Result<> send(Events& events, Transaction& tx, ReplayRecord& replay, const ArchivedEvent& archived, Instant now) {
  Incoming event;
  event.text = with_name(archived.text, replay.name);
  event.document = TRY(parse_json(event.text));
  event.id = text_of(event.document, "id");
  event.ingested = now;
  event.came = archived.came;
  event.occasion = occasion_of(replay, event.id);
  const std::set<std::string> rules(replay.rules.begin(), replay.rules.end());
  event.only_rules = rules.empty() ? nullptr : &rules;
  TRY(route(events, tx, *parse_bus_arn(replay.bus_arn), event));
  ++replay.sent;
  replay.last_replayed = archived.time;
  return {};
}

// True: there may be more.
Result<bool> send_some(Events& events, Transaction& tx, ReplayRecord& replay, const ArchiveRecord& archive,
                       Instant now) {
  KeyRange range = prefix_range(archived_prefix(replay.account, replay.region, replay.archive_id));
  range.begin = replay.position.empty() ? archived_from(replay.account, replay.region, replay.archive_id, replay.from)
                                        : replay.position;
  std::size_t seen = 0;
  std::size_t bytes = 0;
  const auto cursor = tx.scan(range);
  while (cursor->next()) {
    const ArchivedEvent event = TRY(decode_archived(*cursor));
    if (event.time > replay.until) return false;
    if (seen == kBatch || bytes >= kBatchBytes) {
      replay.position = cursor->key();
      return true;
    }
    ++seen;
    const auto expiry = archive.expiry(event.time, event.ingested);
    if (expiry && *expiry <= now) continue;
    bytes += event.text.size();
    TRY(send(events, tx, replay, event, now));
  }
  TRY(cursor->status());
  return false;
}

Result<> end_replay(Events& events, Transaction& tx, ReplayRecord& replay, std::string_view state, Instant now) {
  replay.state = state;
  replay.ended = now;
  TRY(put_replay(tx, replay));
  return events.background.arm(tx, {std::string(kForgetTimer), replay.arn(), now + kKept, {}});
}

}  // namespace

std::string ReplayRecord::arn() const { return make_arn("events", region, account, "replay/" + name); }

std::string replays_prefix(std::string_view account, std::string_view region) {
  return KeyWriter(KeyKind::EventReplay).text(account).text(region).take();
}
std::string replay_key(std::string_view account, std::string_view region, std::string_view name) {
  return KeyWriter(KeyKind::EventReplay).text(account).text(region).text(name).take();
}

Result<ReplayRecord> decode_replay(std::string_view bytes) {
  const json::value document = TRY(decode_record(bytes));
  ReplayRecord replay;
  replay.account = text_of(document, "account");
  replay.region = text_of(document, "region");
  replay.name = text_of(document, "name");
  replay.description = text_of(document, "description");
  replay.state = text_of(document, "state");
  replay.reason = text_of(document, "reason");
  replay.archive_arn = text_of(document, "archive");
  replay.archive_id = text_of(document, "archive_id");
  replay.bus_arn = text_of(document, "bus");
  if (const json::value* rules = find(document, "rules"); rules != nullptr && rules->is_array()) {
    for (const json::value& arn : rules->get_array()) replay.rules.emplace_back(arn.get_string());
  }
  replay.from = time_of(document, "from_ms").value_or(Instant());
  replay.until = time_of(document, "until_ms").value_or(Instant());
  replay.started = time_of(document, "started_ms").value_or(Instant());
  replay.last_replayed = time_of(document, "last_ms");
  replay.ended = time_of(document, "ended_ms");
  replay.position = unbase64(text_of(document, "position")).value_or("");
  replay.sent = find_int(document, "sent").value_or(0);
  return replay;
}

Result<std::optional<ReplayRecord>> get_replay(Reader& reader, std::string_view account, std::string_view region,
                                               std::string_view name) {
  const auto bytes = TRY(reader.get(replay_key(account, region, name)));
  if (!bytes) return std::optional<ReplayRecord>();
  return std::optional<ReplayRecord>(TRY(decode_replay(*bytes)));
}

Result<> put_replay(Transaction& tx, const ReplayRecord& replay) {
  json::array rules;
  for (const auto& arn : replay.rules) rules.emplace_back(arn);
  json::object document{{"account", replay.account},
                        {"region", replay.region},
                        {"name", replay.name},
                        {"description", replay.description},
                        {"state", replay.state},
                        {"reason", replay.reason},
                        {"archive", replay.archive_arn},
                        {"archive_id", replay.archive_id},
                        {"bus", replay.bus_arn},
                        {"rules", std::move(rules)},
                        {"from_ms", epoch_ms(replay.from)},
                        {"until_ms", epoch_ms(replay.until)},
                        {"started_ms", epoch_ms(replay.started)},
                        {"position", base64(replay.position)},
                        {"sent", replay.sent}};
  if (replay.last_replayed) document["last_ms"] = epoch_ms(*replay.last_replayed);
  if (replay.ended) document["ended_ms"] = epoch_ms(*replay.ended);
  return put_record(tx, replay_key(replay.account, replay.region, replay.name), std::move(document));
}

Result<Delivered> replay_some(Events& events, Transaction& tx, const Message& message) {
  Delivered delivered;
  auto replay = TRY(replay_of(tx, message.id));
  if (!replay || !replay->under_way()) return delivered;
  const Instant now = std::max(message.due, events.clock.now());
  delivered.summary = "replay " + replay->name + ": ";
  if (replay->state == ReplayState::CANCELLING) {
    TRY(end_replay(events, tx, *replay, ReplayState::CANCELLED, now));
    delivered.summary += "cancelled";
    return delivered;
  }
  const std::string archive_name = parse_archive_arn(replay->archive_arn).value_or("");
  const auto archive = TRY(get_archive(tx, replay->account, replay->region, archive_name));
  if (!archive || archive->id != replay->archive_id) {
    replay->reason = "Archive " + archive_name + " does not exist.";
    TRY(end_replay(events, tx, *replay, ReplayState::FAILED, now));
    delivered.ok = false;
    delivered.summary += replay->reason;
    return delivered;
  }
  const bool more = TRY(send_some(events, tx, *replay, *archive, now));
  delivered.summary += std::to_string(replay->sent) + " events so far";
  if (!more) {
    TRY(end_replay(events, tx, *replay, ReplayState::COMPLETED, now));
    return delivered;
  }
  replay->state = ReplayState::RUNNING;
  TRY(put_replay(tx, *replay));
  delivered.retry_at = now;
  return delivered;
}

Result<> forget_replay(Transaction& tx, const Timer& timer) {
  const auto replay = TRY(replay_of(tx, timer.id));
  if (!replay || replay->under_way()) return {};
  return tx.erase(replay_key(replay->account, replay->region, replay->name));
}

}  // namespace orrery::events
