// GetLogRecord, GetLogGroupFields: what is discovered in events.
#include "services/logs/chunks/pointer.h"
#include "services/logs/operations.h"
#include "services/logs/queries/event_reader.h"
#include "services/logs/queries/operations.h"

#include <algorithm>
#include <map>

namespace orrery::logs {
namespace {

constexpr std::size_t kMostFields = 200;           // of one event, as documented for JSON logs
constexpr std::int64_t kMostEvents = 10'000;       // that GetLogGroupFields looks at, the latest ones
constexpr std::int64_t kAround_ms = 8LL * 60'000;  // "8 minutes before and 8 minutes after this time"
constexpr std::int64_t kRecent_ms = 15LL * 60'000;

}  // namespace

Result<GetLogRecordResponse> get_log_record(Call& call, Reader& reader, const GetLogRecordRequest& input) {
  if (input.unmask.value_or(false)) {
    return fail(errors::InvalidParameterException("unmask: Orrery has no data protection policies."));
  }
  const auto pointed = read_pointer(input.logRecordPointer);
  if (!pointed) return fail(errors::InvalidParameterException("The specified logRecordPointer is invalid."));
  const auto group = TRY(get_group(reader, call.account, call.region, pointed->group));
  const auto missing = [] {
    return fail(errors::ResourceNotFoundException("The specified log record does not exist."));
  };
  if (!group || group->number != pointed->group_number) return missing();
  const Place& place = pointed->place;
  const auto stream = TRY(stream_name(reader, group->number, place.stream));
  if (!stream || place.timestamp_ms < oldest_kept_ms(*group, call.now) || place.counter == kLastNumber) {
    return missing();
  }
  WalkRange range;
  range.group = group->number;
  range.stream = place.stream;
  range.begin = range.end = place;
  ++range.end.counter;
  EventWalk walk(reader, std::move(range));
  EventWalk::Step step = TRY(walk.next());
  while (step == EventWalk::Step::Paused) step = TRY(walk.next());
  if (step == EventWalk::Step::End) return missing();
  const insights::Row row(event_of(origin_of(*group), std::make_shared<const std::string>(*stream), walk.event()));
  GetLogRecordResponse output;
  auto& record = output.logRecord.emplace();
  for (const std::string& name : insights::discovered_fields(row, kMostFields)) {
    const auto* time = name == "@timestamp"       ? &row.event()->timestamp
                       : name == "@ingestionTime" ? &row.event()->ingested
                                                  : nullptr;
    record[name] = time != nullptr ? std::to_string(epoch_ms(*time)) : insights::shown(row.field(name));
  }
  return output;
}

Result<GetLogGroupFieldsResponse> get_log_group_fields(Call& call, Reader& reader,
                                                       const GetLogGroupFieldsRequest& input) {
  const std::string name = TRY(group_named(input.logGroupName, input.logGroupIdentifier));
  const GroupRecord group = TRY(existing_group(reader, call, name));
  const std::int64_t now_ms = epoch_ms(call.now);
  constexpr std::int64_t kMostSeconds = INT64_MAX / 2000;
  const std::int64_t center_ms = std::min(input.time.value_or(0), kMostSeconds) * 1000;
  const std::int64_t begin_ms = input.time ? center_ms - kAround_ms : now_ms - kRecent_ms;
  const std::int64_t end_ms = (input.time ? center_ms + kAround_ms : now_ms) + 1;
  EventReader events(reader, {group}, std::max<std::int64_t>(begin_ms, 0), end_ms, call.now);
  std::map<std::string, std::int64_t> seen;
  std::int64_t count = 0;
  for (; count < kMostEvents; ++count) {
    EventWalk::Step step = TRY(events.next());
    while (step == EventWalk::Step::Paused) step = TRY(events.next());
    if (step == EventWalk::Step::End) break;
    const insights::Row row(events.take());
    for (const std::string& field : insights::discovered_fields(row, kMostFields)) ++seen[field];
  }
  GetLogGroupFieldsResponse output;
  auto& fields = output.logGroupFields.emplace();
  for (const auto& [field, times] : seen) fields.push_back({field, times * 100 / count});
  std::ranges::stable_sort(fields, [](const auto& a, const auto& b) { return *a.percent > *b.percent; });
  return output;
}

}  // namespace orrery::logs
