#include "services/logs/queries/event_reader.h"

#include "services/logs/operations.h"
#include "services/paging.h"

#include <algorithm>

namespace orrery::logs {
namespace {

constexpr std::size_t kEventKeyBytes = 1 + 4 * 8;

}  // namespace

std::string event_pointer(const GroupRecord& group, std::string_view event_key) {
  return page_token(std::string(event_key) + group.name);
}

std::optional<Pointed> read_pointer(const std::string& pointer) {
  const auto position = page_position(pointer);
  if (!position || position->size() <= kEventKeyBytes) return std::nullopt;
  return Pointed{position->substr(kEventKeyBytes), position->substr(0, kEventKeyBytes)};
}

std::string log_of(const GroupRecord& group) { return group.account + ":" + group.name; }

insights::Event event_of(const GroupRecord& group, std::shared_ptr<const std::string> log,
                         std::shared_ptr<const std::string> stream, std::string_view key, std::string_view value) {
  EventRecord record = read_event(key, value);
  insights::Event event;
  event.timestamp = instant_from_ms(record.position.timestamp_ms);
  event.ingested = instant_from_ms(record.ingested_ms);
  event.message = std::move(record.message);
  event.pointer = event_pointer(group, key);
  event.stream = std::move(stream);
  event.log = std::move(log);
  event.of_lambda = group.name.starts_with("/aws/lambda/");
  return event;
}

EventReader::EventReader(Reader& reader, std::vector<GroupRecord> groups, std::int64_t begin_ms, std::int64_t end_ms,
                         Instant now)
    : reader_(reader) {
  for (GroupRecord& group : groups) {
    Source source;
    const std::int64_t from = std::max(begin_ms, oldest_kept_ms(group, now));
    if (from < end_ms) {
      source.cursor =
          reader.scan({events_from(group.number, from), events_from(group.number, end_ms)}, Direction::Reverse);
    }
    source.log = std::make_shared<const std::string>(log_of(group));
    source.group = std::move(group);
    sources_.push_back(std::move(source));
  }
}

Result<> EventReader::advance(Source& source) {
  source.more = source.cursor != nullptr && source.cursor->next();
  if (source.more) {
    source.at_ms = read_event_key(source.cursor->key()).position.timestamp_ms;
  } else if (source.cursor != nullptr) {
    TRY(source.cursor->status());
  }
  return {};
}

Result<std::shared_ptr<const std::string>> EventReader::stream_of(Source& source, std::uint64_t stream) {
  const auto known = source.streams.find(stream);
  if (known != source.streams.end()) return known->second;
  auto name = TRY(stream_name(reader_, source.group.number, stream));
  std::shared_ptr<const std::string> shared;
  if (name) shared = std::make_shared<const std::string>(*std::move(name));
  return source.streams.emplace(stream, std::move(shared)).first->second;
}

Result<std::optional<insights::Event>> EventReader::next() {
  if (!begun_) {
    begun_ = true;
    for (Source& source : sources_) TRY(advance(source));
  }
  for (;;) {
    Source* latest = nullptr;
    for (Source& source : sources_) {
      if (source.more && (latest == nullptr || source.at_ms > latest->at_ms)) latest = &source;
    }
    if (latest == nullptr) return std::optional<insights::Event>();
    const std::string_view key = latest->cursor->key();
    auto stream = TRY(stream_of(*latest, read_event_key(key).stream));
    std::optional<insights::Event> event;
    if (stream != nullptr) {
      event = event_of(latest->group, latest->log, std::move(stream), key, latest->cursor->value());
    }
    TRY(advance(*latest));
    if (event) return event;
  }
}

}  // namespace orrery::logs
