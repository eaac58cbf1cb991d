#include "services/logs/chunks/event_walk.h"
#include "services/logs/operations.h"
#include "services/logs/patterns/filter_pattern.h"
#include "services/logs/subscriptions/subscriptions.h"
#include "services/paging.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

namespace orrery::logs {
namespace {

constexpr std::int64_t kMatchesAPage = 10'000;
// Of a call (EventWalk::effort), a fifth of a second or so; then it returns what it found, and a token.
constexpr std::uint64_t kMostEffort = std::uint64_t{192} << 20;

struct Search {
  const GroupRecord& group;
  const FilterPattern& pattern;
  std::optional<std::set<std::uint64_t>> streams;  // nullopt: all
  std::string prefix;                              // of the streams' names
  std::int64_t begin_ms = 0, end_ms = 0;           // [begin, end)
  std::int64_t limit = kMatchesAPage;
  bool forward = true;
  std::optional<Place> from{};  // where the page starts
};

// The names of the streams that the search wants; nullptr for one that it does not, or that is gone.
class Names {
 public:
  Names(Reader& reader, const Search& search) : reader_(reader), search_(search) {}

  Result<const std::string*> of(std::uint64_t stream) {
    auto known = names_.find(stream);
    if (known == names_.end()) {
      std::optional<std::string> name;
      if (!search_.streams || search_.streams->contains(stream)) {
        name = TRY(stream_name(reader_, search_.group.number, stream));
      }
      if (name && !name->starts_with(search_.prefix)) name.reset();
      known = names_.emplace(stream, std::move(name)).first;
    }
    return known->second ? &*known->second : nullptr;
  }

 private:
  Reader& reader_;
  const Search& search_;
  std::map<std::uint64_t, std::optional<std::string>> names_;
};

WalkRange range_of(const Search& search, Names& names) {
  WalkRange range;
  range.group = search.group.number;
  if (search.streams && search.streams->size() == 1) range.stream = *search.streams->begin();
  range.begin.timestamp_ms = search.begin_ms;
  range.end.timestamp_ms = search.end_ms;
  if (search.from && search.forward) range.begin = std::max(range.begin, *search.from);
  if (search.from && !search.forward) {
    Place end = *search.from;  // is included
    if (end.counter < kLastNumber) ++end.counter;
    range.end = std::min(range.end, end);
  }
  range.direction = search.forward ? Direction::Forward : Direction::Reverse;
  range.needed = search.pattern.needed();
  range.wants = [&names](std::uint64_t stream) -> Result<bool> { return TRY(names.of(stream)) != nullptr; };
  return range;
}

// "f" or "b", then the place, in 24 bytes.
std::string token_of(const Search& search, const Place& place) {
  std::string token(search.forward ? "f" : "b");
  for (const std::uint64_t number : {static_cast<std::uint64_t>(place.timestamp_ms), place.stream, place.counter}) {
    for (int shift = 56; shift >= 0; shift -= 8) token += static_cast<char>(number >> shift & 0xff);
  }
  return page_token(token);
}

Result<> read_token(const std::string& text, Search& search) {
  const auto token = page_position(text);
  if (!token || token->size() != 25 || (token->front() != 'f' && token->front() != 'b')) return fail(invalid_token());
  std::uint64_t numbers[3] = {};
  for (std::size_t i = 0; i < 24; ++i) {
    numbers[i / 8] = numbers[i / 8] << 8 | static_cast<unsigned char>((*token)[i + 1]);
  }
  if (numbers[0] > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return fail(invalid_token());
  search.forward = token->front() == 'f';
  search.from = Place{static_cast<std::int64_t>(numbers[0]), numbers[1], numbers[2]};
  return {};
}

FilteredLogEvent shown(const Search& search, const StoredEvent& event, const std::string& stream) {
  FilteredLogEvent found;
  found.logStreamName = stream;
  found.timestamp = event.place.timestamp_ms;
  found.ingestionTime = event.ingested_ms;
  found.eventId = event_id(search.group, event.place.stream, event.place.position());
  found.message = event.message;
  return found;
}

Result<FilterLogEventsResponse> run(Reader& reader, const Search& search) {
  FilterLogEventsResponse output;
  output.events.emplace();
  output.searchedLogStreams.emplace();  // "always an empty list" since 2020
  Names names(reader, search);
  const WalkRange range = range_of(search, names);
  EventWalk walk(reader, range);
  std::uint64_t matched = 0;  // the effort of it
  std::int64_t bytes = 0;
  for (;;) {
    const EventWalk::Step step = TRY(walk.next());
    if (step == EventWalk::Step::End) return output;
    const bool tired = walk.effort() + matched > kMostEffort;
    if (step == EventWalk::Step::Paused) {
      // A page ends beyond the place where it began.
      const Place rest = walk.rest();
      const bool moved = search.forward ? range.begin < rest : rest < range.end;
      if (!tired || !moved) continue;
      output.nextToken = token_of(search, rest);
      return output;
    }
    const StoredEvent& event = walk.event();
    const bool first = matched == 0 && output.events->empty();
    if (static_cast<std::int64_t>(output.events->size()) == search.limit || bytes >= kPageBytes || (tired && !first)) {
      output.nextToken = token_of(search, event.place);
      return output;
    }
    matched += search.pattern.effort() + 1;
    if (!search.pattern.matches(event.message)) continue;
    const std::string* name = TRY(names.of(event.place.stream));
    if (name == nullptr) continue;
    bytes += static_cast<std::int64_t>(event.message.size()) + kEventOverhead;
    output.events->push_back(shown(search, event, *name));
  }
}

}  // namespace

Result<FilterLogEventsResponse> filter_log_events(Call& call, Reader& reader, const FilterLogEventsRequest& input) {
  const std::string name = TRY(group_named(input.logGroupName, input.logGroupIdentifier));
  if (input.logStreamNames && input.logStreamNamePrefix) {
    return fail(
        errors::InvalidParameterException("logStreamNames and logStreamNamePrefix are mutually exclusive parameters."));
  }
  const GroupRecord group = TRY(existing_group(reader, call, name));
  const FilterPattern pattern = TRY(FilterPattern::parse(input.filterPattern.value_or("")));
  Search search{group, pattern, std::nullopt, input.logStreamNamePrefix.value_or("")};
  if (input.logStreamNames) {
    search.streams.emplace();
    for (const auto& stream : *input.logStreamNames) {
      search.streams->insert(TRY(existing_stream(reader, group, stream)).number);
    }
  }
  search.begin_ms = std::max(input.startTime.value_or(0), oldest_kept_ms(group, call.now));
  // Events at the end time are included.
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  search.end_ms = input.endTime && *input.endTime < kMost ? *input.endTime + 1 : kMost;
  search.limit = input.limit.value_or(kMatchesAPage);
  search.forward = input.startFromHead.value_or(true);
  if (input.nextToken) TRY(read_token(*input.nextToken, search));
  return run(reader, search);
}

}  // namespace orrery::logs
