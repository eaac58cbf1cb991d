// What archives and replays keep, and their work in the background.
#pragma once

#include "services/events/putting/routing.h"

#include <optional>
#include <string>
#include <vector>

namespace orrery::events {

inline constexpr std::string_view kArchiveTimer = "events.archive";  // its id: the archive's ARN, '|', its id
inline constexpr std::string_view kForgetTimer = "events.forget";    // its id: the replay's ARN
inline constexpr std::string_view kReplay = "events.replay";         // its id: the replay's ARN

struct ArchiveRecord {
  std::string account, region, name;
  std::string id;       // tells it from an earlier one of that name
  std::string bus_arn;  // whose events it keeps
  std::string description, pattern;
  std::int64_t retention_days = 0;  // 0: for ever
  Instant created;

  std::string arn() const;
  // The rule that puts events into it.
  std::string rule_name() const { return "Events-Archive-" + name; }
  // When an event is no more there to be replayed; nullopt: never.
  std::optional<Instant> expiry(Instant time, Instant ingested) const;
};

std::string archives_prefix(std::string_view account, std::string_view region);
std::string archive_key(std::string_view account, std::string_view region, std::string_view name);
Result<ArchiveRecord> decode_archive(std::string_view bytes);
Result<std::optional<ArchiveRecord>> get_archive(Reader& reader, std::string_view account, std::string_view region,
                                                 std::string_view name);
Result<> put_archive(Transaction& tx, const ArchiveRecord& archive);
// The name in an archive's ARN; nullopt: it is not one.
std::optional<std::string> parse_archive_arn(std::string_view arn);

struct ArchivedEvent {
  std::string text;
  Instant time, ingested;
  Came came = Came::Direct;
};
// In order of the events' own times.
std::string archived_prefix(std::string_view account, std::string_view region, std::string_view archive_id);
// The first key of an event of that time, or later.
std::string archived_from(std::string_view account, std::string_view region, std::string_view archive_id, Instant time);
Result<ArchivedEvent> decode_archived(const Cursor& cursor);
// Into the archive whose managed rule this is.
Result<> keep(Transaction& tx, const RuleRecord& rule, const Incoming& event);

// Arms the timer that removes what is older than the retention period; disarms it when there is none.
Result<> watch_retention(Events& events, Transaction& tx, const ArchiveRecord& archive, Instant now);
// Removes the events of an archive that has been deleted, in steps.
Result<> remove_archived(Events& events, Transaction& tx, const ArchiveRecord& archive, Instant now);
Result<> on_archive_due(Events& events, Transaction& tx, const Timer& timer);

struct ReplayRecord {
  std::string account, region, name, description;
  std::string state, reason;
  std::string archive_arn, archive_id, bus_arn;
  std::vector<std::string> rules;  // FilterArns; none: all rules
  Instant from, until, started;
  std::optional<Instant> last_replayed, ended;
  std::string position;   // the key of the next event; empty: from the start
  std::int64_t sent = 0;  // events so far

  std::string arn() const;
  bool under_way() const {
    return state == ReplayState::STARTING || state == ReplayState::RUNNING || state == ReplayState::CANCELLING;
  }
};

std::string replays_prefix(std::string_view account, std::string_view region);
std::string replay_key(std::string_view account, std::string_view region, std::string_view name);
Result<ReplayRecord> decode_replay(std::string_view bytes);
Result<std::optional<ReplayRecord>> get_replay(Reader& reader, std::string_view account, std::string_view region,
                                               std::string_view name);
Result<> put_replay(Transaction& tx, const ReplayRecord& replay);

// Sends the next events of a replay to the rules: they, the replay's progress and the message are one transaction.
Result<Delivered> replay_some(Events& events, Transaction& tx, const Message& message);
// "EventBridge deletes replays after 90 days" (eb-archive.html).
Result<> forget_replay(Transaction& tx, const Timer& timer);

}  // namespace orrery::events
