#include "base/arn.h"
#include "services/events/archives/archiving.h"
#include "services/events/operations.h"
#include "services/events/pages.h"

#include <algorithm>

namespace orrery::events {
namespace {

constexpr std::size_t kMostUnderWay = 10;  // replays at once, an account and region

Error not_there(const std::string& name) {
  return errors::ResourceNotFoundException("Replay " + name + " does not exist.");
}

Result<ReplayRecord> existing_replay(Reader& reader, const Call& call, const std::string& name) {
  auto replay = TRY(get_replay(reader, call.account, call.region, name));
  if (!replay) return fail(not_there(name));
  return *std::move(replay);
}

Result<ArchiveRecord> archive_to_replay(Transaction& tx, const Call& call, const std::string& arn) {
  const std::string name = parse_archive_arn(arn).value_or(arn);
  auto archive = TRY(get_archive(tx, call.account, call.region, name));
  if (archive && archive->arn() == arn) return *std::move(archive);
  return fail(not_valid("Parameter EventSourceArn is not valid. Reason: Archive " + name + " does not exist."));
}

Result<> check_destination(Transaction& tx, const Call& call, const ReplayDestination& destination) {
  const auto bus = parse_bus_arn(destination.Arn);
  if (!bus) return fail(not_valid("Parameter Destination.Arn is not valid. Reason: Must contain an event bus ARN."));
  TRY(check_bus(tx, call, *bus));
  if (!destination.FilterArns) return {};
  for (const std::string& arn : *destination.FilterArns) {
    const auto rule = parse_rule_arn(arn);
    const bool of_bus = rule && rule->bus.arn() == bus->arn();
    if (!of_bus || !TRY(get_rule(tx, rule->bus, rule->name))) {
      return fail(not_valid("Parameter Destination.FilterArns is not valid. Reason: Rule " + arn +
                            " does not exist on EventBus " + bus->name + "."));
    }
  }
  return {};
}

Result<std::size_t> under_way(Reader& reader, const Call& call) {
  std::size_t count = 0;
  const auto cursor = reader.scan(prefix_range(replays_prefix(call.account, call.region)));
  while (cursor->next()) count += TRY(decode_replay(cursor->value())).under_way() ? 1 : 0;
  TRY(cursor->status());
  return count;
}

// What DescribeReplay and ListReplays both tell.
template <class Output>
void show(const ReplayRecord& replay, Output& output) {
  output.ReplayName = replay.name;
  output.EventSourceArn = replay.archive_arn;
  output.State = replay.state;
  output.StateReason = unless_empty(replay.reason);
  output.EventStartTime = replay.from;
  output.EventEndTime = replay.until;
  output.EventLastReplayedTime = replay.last_replayed;
  output.ReplayStartTime = replay.started;
  output.ReplayEndTime = replay.ended;
}

}  // namespace

Result<StartReplayResponse> start_replay(Events& events, Call& call, Transaction& tx, const StartReplayRequest& input) {
  TRY(check_destination(tx, call, input.Destination));
  const ArchiveRecord archive = TRY(archive_to_replay(tx, call, input.EventSourceArn));
  if (input.Destination.Arn != archive.bus_arn) {
    return fail(not_valid("Parameter Destination.Arn is not valid. Reason: Cross event bus replay is not permitted."));
  }
  if (input.EventEndTime <= input.EventStartTime) {
    return fail(not_valid("Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime."));
  }
  if (TRY(get_replay(tx, call.account, call.region, input.ReplayName))) {
    return fail(errors::ResourceAlreadyExistsException("Replay " + input.ReplayName + " already exists."));
  }
  if (TRY(under_way(tx, call)) >= kMostUnderWay) return fail(over_quota());
  ReplayRecord replay;
  replay.account = call.account;
  replay.region = call.region;
  replay.name = input.ReplayName;
  replay.description = input.Description.value_or("");
  replay.state = ReplayState::STARTING;
  replay.archive_arn = archive.arn();
  replay.archive_id = archive.id;
  replay.bus_arn = archive.bus_arn;
  if (input.Destination.FilterArns) replay.rules = *input.Destination.FilterArns;
  replay.from = input.EventStartTime;
  replay.until = input.EventEndTime;
  replay.started = call.now;
  TRY(put_replay(tx, replay));
  Message message;
  message.kind = kReplay;
  message.id = replay.arn();
  message.due = call.now;
  TRY(events.background.post(tx, message));
  StartReplayResponse output;
  output.ReplayArn = replay.arn();
  output.State = replay.state;
  output.ReplayStartTime = replay.started;
  return output;
}

Result<DescribeReplayResponse> describe_replay(Call& call, Reader& reader, const DescribeReplayRequest& input) {
  const ReplayRecord replay = TRY(existing_replay(reader, call, input.ReplayName));
  DescribeReplayResponse output;
  show(replay, output);
  output.ReplayArn = replay.arn();
  output.Description = unless_empty(replay.description);
  output.Destination.emplace();
  output.Destination->Arn = replay.bus_arn;
  if (!replay.rules.empty()) output.Destination->FilterArns = replay.rules;
  return output;
}

Result<ListReplaysResponse> list_replays(Call& call, Reader& reader, const ListReplaysRequest& input) {
  const int asked = (input.NamePrefix ? 1 : 0) + (input.EventSourceArn ? 1 : 0) + (input.State ? 1 : 0);
  if (asked > 1) {
    return fail(
        not_valid("At most one filter is allowed for ListReplays. Use either : State, EventSourceArn, or "
                  "NamePrefix."));
  }
  ListReplaysResponse output;
  output.Replays.emplace();
  output.NextToken = TRY(scan_page(reader, replays_prefix(call.account, call.region),
                                   {input.NextToken, input.Limit.value_or(100)}, [&](Cursor& cursor) -> Result<bool> {
                                     const ReplayRecord replay = TRY(decode_replay(cursor.value()));
                                     if (!replay.name.starts_with(input.NamePrefix.value_or(""))) return false;
                                     if (input.EventSourceArn && *input.EventSourceArn != replay.archive_arn)
                                       return false;
                                     if (input.State && *input.State != replay.state) return false;
                                     show(replay, output.Replays->emplace_back());
                                     return true;
                                   }));
  return output;
}

Result<CancelReplayResponse> cancel_replay(Call& call, Transaction& tx, const CancelReplayRequest& input) {
  ReplayRecord replay = TRY(existing_replay(tx, call, input.ReplayName));
  if (replay.state != ReplayState::STARTING && replay.state != ReplayState::RUNNING) {
    return fail(
        errors::IllegalStatusException("Replay " + replay.name + " is not in a valid state for this operation."));
  }
  replay.state = ReplayState::CANCELLING;
  TRY(put_replay(tx, replay));
  CancelReplayResponse output;
  output.ReplayArn = replay.arn();
  output.State = replay.state;
  return output;
}

}  // namespace orrery::events
