#include "services/logs/chunks/chunk.h"
#include "services/logs/live_tail/start_live_tail.h"
#include "services/logs/metric_filters/metric_filters.h"
#include "services/logs/operations.h"
#include "services/logs/sequence_token.h"
#include "services/logs/subscriptions/subscriptions.h"

#include <algorithm>
#include <span>

namespace orrery::logs {
namespace {

constexpr std::int64_t kMostBytes = 1'048'576;  // a batch, 26 bytes counted for each event
constexpr std::int64_t kMostAhead_ms = 2LL * 3600 * 1000;
constexpr std::int64_t kMostBehind_ms = 14 * kDay_ms;

using Batch = std::vector<InputLogEvent>;

Result<> check_batch(const Batch& events) {
  std::int64_t bytes = 0;
  for (const auto& event : events) bytes += static_cast<std::int64_t>(event.message.size()) + kEventOverhead;
  if (bytes > kMostBytes) {
    return invalid("Upload too large: " + std::to_string(bytes) + " bytes exceeds limit of " +
                   std::to_string(kMostBytes));
  }
  if (!std::ranges::is_sorted(events, {}, &InputLogEvent::timestamp)) {
    return invalid("Log events in a single PutLogEvents request must be in chronological order.");
  }
  return {};
}

// Indexes into the batch: [begin, end) is taken.
struct Accepted {
  std::size_t begin = 0, end = 0;
  RejectedLogEventsInfo rejected;
  bool all = true;
};

Accepted accept(const Batch& events, const GroupRecord& group, Instant now) {
  const auto before = [&](std::int64_t time) {
    const auto first = std::ranges::lower_bound(events, time, {}, &InputLogEvent::timestamp);
    return static_cast<std::size_t>(first - events.begin());
  };
  const std::int64_t now_ms = epoch_ms(now);
  const std::size_t too_old = before(now_ms - kMostBehind_ms);
  const std::size_t expired = group.retention_days > 0 ? before(oldest_kept_ms(group, now)) : 0;
  Accepted accepted;
  accepted.end = before(now_ms + kMostAhead_ms + 1);
  accepted.begin = std::min(std::max(too_old, expired), accepted.end);
  // The start is inclusive, the ends are exclusive (RejectedLogEventsInfo).
  if (too_old > 0) accepted.rejected.tooOldLogEventEndIndex = static_cast<std::int64_t>(too_old);
  if (expired > 0) accepted.rejected.expiredLogEventEndIndex = static_cast<std::int64_t>(expired);
  if (accepted.end < events.size()) {
    accepted.rejected.tooNewLogEventStartIndex = static_cast<std::int64_t>(accepted.end);
  }
  accepted.all = accepted.begin == 0 && accepted.end == events.size();
  return accepted;
}

// Stores what was accepted and counts it in the stream's record.
Result<std::vector<Arrived>> store_events(Transaction& tx, const GroupRecord& group, StreamRecord& stream,
                                          std::span<const InputLogEvent> events, std::int64_t now_ms) {
  std::vector<Line> lines;
  std::vector<Arrived> arrived;
  lines.reserve(events.size());
  arrived.reserve(events.size());
  std::uint64_t counter = stream.next_counter;
  for (const InputLogEvent& event : events) {
    lines.push_back({event.timestamp, event.message});
    arrived.push_back({{event.timestamp, counter++}, event.message});
    stream.bytes += static_cast<std::int64_t>(event.message.size()) + kEventOverhead;
  }
  TRY(write_chunks(tx, group.number, stream.number, stream.next_counter, now_ms, lines));
  stream.next_counter = counter;
  const std::int64_t first_ms = events.front().timestamp, last_ms = events.back().timestamp;
  stream.first_event_ms = std::min(stream.first_event_ms.value_or(first_ms), first_ms);
  stream.last_event_ms = std::max(stream.last_event_ms.value_or(last_ms), last_ms);
  stream.last_ingestion_ms = now_ms;
  TRY(put_stream(tx, group.number, stream));
  return arrived;
}

}  // namespace

Result<PutLogEventsResponse> put_log_events(Logs& logs, Call& call, Transaction& tx, const PutLogEventsRequest& input) {
  const GroupRecord group = TRY(existing_group(tx, call, input.logGroupName));
  StreamRecord stream = TRY(existing_stream(tx, group, input.logStreamName));
  TRY(check_batch(input.logEvents));
  const Accepted accepted = accept(input.logEvents, group, call.now);
  const auto& events = input.logEvents;
  if (accepted.begin < accepted.end &&
      events[accepted.end - 1].timestamp - events[accepted.begin].timestamp > kDay_ms) {
    return invalid("The batch of log events in a single PutLogEvents request cannot span more than 24 hours.");
  }
  if (accepted.begin < accepted.end) {
    const auto taken = std::span(events).subspan(accepted.begin, accepted.end - accepted.begin);
    const auto arrived = TRY(store_events(tx, group, stream, taken, epoch_ms(call.now)));
    TRY(post_to_subscribers(logs, tx, group, stream, arrived, call.now));
    TRY(count_into_metrics(logs, tx, group, arrived, call.now));
    show_arrived(logs, tx, group, stream, arrived, call.now);
  }
  PutLogEventsResponse output;
  output.nextSequenceToken = sequence_token(stream);
  if (!accepted.all) output.rejectedLogEventsInfo = accepted.rejected;
  return output;
}

}  // namespace orrery::logs
