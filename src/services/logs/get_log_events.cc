#include "services/logs/chunks/event_walk.h"
#include "services/logs/operations.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace orrery::logs {
namespace {

constexpr std::int64_t kEventsAPage = 10'000;

// "f/" or "b/", then where the page starts or ends: 20 digits of the time, 20 of the counter, "/s".
struct Token {
  bool forward = false;
  Position at;
};

std::string padded(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  return std::string(20 - digits.size(), '0') + digits;
}

std::string token_text(const Token& token) {
  return std::string(token.forward ? "f/" : "b/") + padded(static_cast<std::uint64_t>(token.at.timestamp_ms)) +
         padded(token.at.counter) + "/s";
}

std::optional<Token> parse_token(std::string_view text) {
  if (text.size() != 44 || !text.ends_with("/s") || text[1] != '/' || (text[0] != 'f' && text[0] != 'b')) {
    return std::nullopt;
  }
  Token token{text[0] == 'f', {}};
  const auto read = [](std::string_view digits, auto& number) {
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return failed == std::errc() && end == digits.data() + digits.size();
  };
  if (!read(text.substr(2, 20), token.at.timestamp_ms) || !read(text.substr(22, 20), token.at.counter)) {
    return std::nullopt;
  }
  return token;
}

struct Page {
  std::uint64_t group = 0, stream = 0;
  Position begin, end;  // [begin, end) of the stream
  bool forward = false;
  std::int64_t limit = kEventsAPage;
};

struct Read {
  Position position;
  OutputLogEvent event;
};

// In the order of reading; ends at the limit or at 1 MB, but holds one event at least when there is one.
Result<std::vector<Read>> read_page(Reader& reader, const Page& page) {
  WalkRange range;
  range.group = page.group;
  range.stream = page.stream;
  range.begin = {page.begin.timestamp_ms, page.stream, page.begin.counter};
  range.end = {page.end.timestamp_ms, page.stream, page.end.counter};
  range.direction = page.forward ? Direction::Forward : Direction::Reverse;
  EventWalk walk(reader, std::move(range));
  std::vector<Read> found;
  std::int64_t bytes = 0;
  while (static_cast<std::int64_t>(found.size()) < page.limit) {
    const EventWalk::Step step = TRY(walk.next());
    if (step == EventWalk::Step::End) break;
    if (step == EventWalk::Step::Paused) continue;
    const StoredEvent& event = walk.event();
    bytes += static_cast<std::int64_t>(event.message.size()) + kEventOverhead;
    if (bytes > kPageBytes && !found.empty()) break;
    found.push_back(
        {event.place.position(), {event.place.timestamp_ms, std::string(event.message), event.ingested_ms}});
  }
  return found;
}

}  // namespace

Result<GetLogEventsResponse> get_log_events(Call& call, Reader& reader, const GetLogEventsRequest& input) {
  const std::string name = TRY(group_named(input.logGroupName, input.logGroupIdentifier));
  const GroupRecord group = TRY(existing_group(reader, call, name));
  const StreamRecord stream = TRY(existing_stream(reader, group, input.logStreamName));
  Page page;
  page.group = group.number;
  page.stream = stream.number;
  page.begin.timestamp_ms = std::max(input.startTime.value_or(0), oldest_kept_ms(group, call.now));
  // Events at the end time are not included.
  page.end.timestamp_ms = input.endTime.value_or(std::numeric_limits<std::int64_t>::max());
  page.forward = input.startFromHead.value_or(false);
  page.limit = input.limit.value_or(kEventsAPage);
  Position edge = page.begin;  // where an empty page stands
  if (input.nextToken) {
    const auto token = parse_token(*input.nextToken);
    if (!token) return fail(invalid_token());
    page.forward = token->forward;
    edge = token->at;
    if (token->forward) {
      page.begin = std::max(page.begin, token->at);
    } else {
      page.end = std::min(page.end, token->at);
    }
  }
  std::vector<Read> events = TRY(read_page(reader, page));
  if (!page.forward) std::ranges::reverse(events);

  GetLogEventsResponse output;
  output.events.emplace();
  Token forward{true, edge};
  Token backward{false, edge};
  if (!events.empty()) {
    forward.at = {events.back().position.timestamp_ms, events.back().position.counter + 1};
    backward.at = events.front().position;
  }
  for (Read& read : events) output.events->push_back(std::move(read.event));
  // At the end the token is the one that was passed in.
  output.nextForwardToken = token_text(forward);
  output.nextBackwardToken = token_text(backward);
  return output;
}

}  // namespace orrery::logs
