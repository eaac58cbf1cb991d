#include "services/logs/queries/event_reader.h"

#include "services/logs/operations.h"

#include <algorithm>

namespace orrery::logs {

insights::Event event_of(std::shared_ptr<const insights::Origin> origin, std::shared_ptr<const std::string> stream,
                         const StoredEvent& stored) {
  insights::Event event;
  event.timestamp = instant_from_ms(stored.place.timestamp_ms);
  event.ingested = instant_from_ms(stored.ingested_ms);
  event.message = stored.message;
  event.place = stored.place;
  event.stream = std::move(stream);
  event.origin = std::move(origin);
  return event;
}

std::shared_ptr<const insights::Origin> origin_of(const GroupRecord& group) {
  auto origin = std::make_shared<insights::Origin>();
  origin->log = group.account + ":" + group.name;
  origin->group = group.name;
  origin->group_number = group.number;
  origin->of_lambda = group.name.starts_with("/aws/lambda/");
  return origin;
}

EventReader::EventReader(Reader& reader, const std::vector<GroupRecord>& groups, std::int64_t begin_ms,
                         std::int64_t end_ms, Instant now, const NeededText& needed)
    : reader_(reader), needed_(needed) {
  for (const GroupRecord& group : groups) {
    auto source = std::make_unique<Source>();
    source->group = group.number;
    source->origin = origin_of(group);
    WalkRange range;
    range.group = group.number;
    range.begin.timestamp_ms = std::max(begin_ms, oldest_kept_ms(group, now));
    range.end.timestamp_ms = end_ms;
    range.direction = Direction::Reverse;
    range.needed = needed;
    range.wants = [this, of = source.get()](std::uint64_t stream) -> Result<bool> {
      return TRY(stream_of(*of, stream)) != nullptr;
    };
    source->walk = std::make_unique<EventWalk>(reader, std::move(range));
    sources_.push_back(std::move(source));
  }
}

Result<std::shared_ptr<const std::string>> EventReader::stream_of(Source& source, std::uint64_t stream) {
  const auto known = source.streams.find(stream);
  if (known != source.streams.end()) return known->second;
  auto name = TRY(stream_name(reader_, source.group, stream));
  std::shared_ptr<const std::string> shared;
  if (name) shared = std::make_shared<const std::string>(*std::move(name));
  return source.streams.emplace(stream, std::move(shared)).first->second;
}

// To the next event that has what is needed, or to the end. False: it is not there so far.
Result<bool> EventReader::advance(Source& source) {
  while (source.state == Source::State::Behind) {
    const EventWalk::Step step = TRY(source.walk->next());
    if (step == EventWalk::Step::Paused) return false;
    if (step == EventWalk::Step::End) {
      source.state = Source::State::Ended;
    } else if (needed_.in(source.walk->event().message)) {
      source.state = Source::State::Ready;
    } else {
      ++passed_.searched_events;
      passed_.searched_bytes += static_cast<std::int64_t>(source.walk->event().message.size());
    }
  }
  return true;
}

Result<EventWalk::Step> EventReader::next() {
  Source* latest = nullptr;
  for (const auto& source : sources_) {
    if (!TRY(advance(*source))) return EventWalk::Step::Paused;
    if (source->state != Source::State::Ready) continue;
    const std::int64_t at_ms = source->walk->event().place.timestamp_ms;
    if (latest == nullptr || at_ms > latest->walk->event().place.timestamp_ms) latest = source.get();
  }
  if (latest == nullptr) return EventWalk::Step::End;
  const StoredEvent& stored = latest->walk->event();
  event_ = event_of(latest->origin, TRY(stream_of(*latest, stored.place.stream)), stored);
  latest->state = Source::State::Behind;
  return EventWalk::Step::Event;
}

PassedOver EventReader::passed_over() const {
  PassedOver sum = passed_;
  for (const auto& source : sources_) {
    const PassedOver& one = source->walk->passed_over();
    sum.searched_events += one.searched_events;
    sum.searched_bytes += one.searched_bytes;
    sum.skipped_events += one.skipped_events;
    sum.skipped_bytes += one.skipped_bytes;
  }
  return sum;
}

}  // namespace orrery::logs
