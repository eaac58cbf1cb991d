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

constexpr std::int64_t kDefaultLimit = 10'000;
constexpr std::int64_t kMostExamined = 50'000;  // a call; then it returns what it found, and a token

struct Search {
  const GroupRecord& group;
  const FilterPattern& pattern;
  std::optional<std::set<std::uint64_t>> streams;  // nullopt: all
  std::string prefix;                              // of the streams' names
  std::int64_t begin_ms = 0, end_ms = 0;           // [begin, end)
  std::int64_t limit = kDefaultLimit;
  bool forward = true;
  std::string from{};  // the event key where the page starts; empty: at the beginning
};

// The events of the range, one after the other: of the whole group, or of one stream by its own order.
class Walk {
 public:
  Walk(Reader& reader, const Search& search) : reader_(reader), search_(search) {
    const std::uint64_t group = search.group.number;
    if (search.streams && search.streams->size() == 1) one_ = *search.streams->begin();
    KeyRange range{first(group, search.begin_ms), first(group, search.end_ms)};
    if (!search.from.empty()) {
      const EventRecord at = read_event_key(search.from);
      const std::string key = one_ ? by_stream_key(group, *one_, at.position) : search.from;
      if (search.forward) {
        range.begin = std::max(range.begin, key);
      } else {
        range.end = std::min(range.end, key + '\0');
      }
    }
    if (range.begin < range.end) {
      cursor_ = reader.scan(range, search.forward ? Direction::Forward : Direction::Reverse);
    }
  }

  // nullopt at the end.
  Result<std::optional<EventRecord>> next() {
    while (cursor_ && cursor_->next()) {
      if (!one_) return std::optional(read_event(cursor_->key(), cursor_->value()));
      const std::string key = event_key(search_.group.number, *one_, read_by_stream(cursor_->key()));
      if (const auto value = TRY(reader_.get(key))) return std::optional(read_event(key, *value));
    }
    if (cursor_) TRY(cursor_->status());
    return std::optional<EventRecord>();
  }

 private:
  std::string first(std::uint64_t group, std::int64_t time) const {
    return one_ ? by_stream_key(group, *one_, {time, 0}) : events_from(group, time);
  }

  Reader& reader_;
  const Search& search_;
  std::optional<std::uint64_t> one_;
  std::unique_ptr<Cursor> cursor_;
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

Result<FilterLogEventsResponse> run(Reader& reader, const Search& search) {
  FilterLogEventsResponse output;
  output.events.emplace();
  output.searchedLogStreams.emplace();  // "always an empty list" since 2020
  Walk walk(reader, search);
  Names names(reader, search);
  std::int64_t bytes = 0;
  for (std::int64_t examined = 0;; ++examined) {
    auto event = TRY(walk.next());
    if (!event) return output;
    const auto taken = static_cast<std::int64_t>(output.events->size());
    if (taken == search.limit || bytes >= kPageBytes || examined == kMostExamined) {
      output.nextToken =
          page_token((search.forward ? "f" : "b") + event_key(search.group.number, event->stream, event->position));
      return output;
    }
    const std::string* name = TRY(names.of(event->stream));
    if (name == nullptr || !search.pattern.matches(event->message)) continue;
    bytes += static_cast<std::int64_t>(event->message.size()) + kEventOverhead;
    FilteredLogEvent found;
    found.logStreamName = *name;
    found.timestamp = event->position.timestamp_ms;
    found.ingestionTime = event->ingested_ms;
    found.eventId = event_id(search.group, event->stream, event->position);
    found.message = std::move(event->message);
    output.events->push_back(std::move(found));
  }
}

Result<> read_token(const std::string& text, Search& search) {
  const auto position = page_position(text);
  const std::string prefix = events_prefix(search.group.number);
  if (!position || position->size() < 2 || !std::string_view(*position).substr(1).starts_with(prefix)) {
    return fail(invalid_token());
  }
  search.forward = position->front() == 'f';
  search.from = position->substr(1);
  return {};
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
  search.limit = input.limit.value_or(kDefaultLimit);
  search.forward = input.startFromHead.value_or(true);
  if (input.nextToken) TRY(read_token(*input.nextToken, search));
  return run(reader, search);
}

}  // namespace orrery::logs
