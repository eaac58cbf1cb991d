#include "services/logs/chunks/event_walk.h"

#include <algorithm>

namespace orrery::logs {
namespace {

// In bytes searched, as long as it takes: to look at a chunk's row, to fetch its payload, to show an event.
constexpr std::uint64_t kRowEffort = 4096, kPayloadEffort = 8192, kEventEffort = 64;

}  // namespace

EventWalk::EventWalk(Reader& reader, WalkRange range) : reader_(reader), range_(std::move(range)) {}

Result<> EventWalk::begin() {
  begun_ = true;
  if (range_.begin >= range_.end) return {};
  sources_.resize(kSpanClasses);
  for (std::uint8_t i = 0; i < kSpanClasses; ++i) {
    Source& source = sources_[i];
    source.limit_ms = span_limit_ms(i);
    const std::string prefix =
        range_.stream ? stream_class_prefix(range_.group, *range_.stream, i) : chunk_class_prefix(range_.group, i);
    // Chunks that began earlier cannot reach into the range.
    const KeyRange keys{chunks_from(prefix, range_.begin.timestamp_ms - source.limit_ms + 1),
                        range_.end.timestamp_ms == INT64_MAX ? prefix_range(prefix).end
                                                             : chunks_from(prefix, range_.end.timestamp_ms + 1)};
    source.cursor = reader_.scan(keys, range_.direction);
    TRY(advance(source));
  }
  nearest_ = nearest();
  return {};
}

Result<> EventWalk::advance(Source& source) {
  source.more = source.cursor->next();
  if (!source.more) return source.cursor->status();
  // The key alone says where the chunk begins.
  const auto place = TRY(range_.stream ? first_in_stream(source.cursor->key()) : first_in_group(source.cursor->key()));
  // Walking back, it may end anywhere within its class's span; and so may all that are behind it.
  source.bound = forward() ? place : Place{place.timestamp_ms + source.limit_ms, kLastNumber, kLastNumber};
  return {};
}

EventWalk::Source* EventWalk::nearest() {
  Source* best = nullptr;
  for (Source& source : sources_) {
    if (source.more && (best == nullptr || before(source.bound, best->bound))) best = &source;
  }
  return best;
}

// Takes the chunk that the source stands on, if it has to do with the range.
Result<> EventWalk::take(Source& source) {
  effort_ += kRowEffort;
  auto chunk = std::make_unique<Chunk>();
  const std::string_view key = source.cursor->key(), value = source.cursor->value();
  if (range_.stream) {
    // Its row in the group is read when it is the next: until then the time of its last event is enough to know.
    chunk->header = TRY(read_stream_chunk(key, value));
    const ChunkHeader& header = chunk->header;
    const Place next = forward() ? header.first : Place{header.last_ms, header.first.stream, kLastNumber};
    if (header.last_ms >= range_.begin.timestamp_ms && header.first < range_.end) push(std::move(chunk), next);
  } else if (TRY(take_row(TRY(read_chunk(key, value)), *chunk))) {
    const Place next = forward() ? chunk->header.first : chunk->header.last();
    push(std::move(chunk), next);
  }
  TRY(advance(source));
  nearest_ = nearest();
  return {};
}

// False: nothing of the chunk is wanted.
Result<bool> EventWalk::take_row(const ChunkRow& row, Chunk& chunk) {
  chunk.header = row.header;
  chunk.known = true;
  if (row.header.last() < range_.begin || !(row.header.first < range_.end)) return false;
  if (range_.wants && !TRY(range_.wants(row.header.first.stream))) return false;
  if (!may_hold(row.grams, range_.needed)) {
    passed_.skipped_events += static_cast<std::int64_t>(row.header.count);
    passed_.skipped_bytes += static_cast<std::int64_t>(row.header.text_bytes);
    return false;
  }
  if (held_ < range_.most_held) chunk.payload = row.payload;
  return true;
}

void EventWalk::push(std::unique_ptr<Chunk> chunk, const Place& next) {
  held_ += chunk->memory();
  heap_.push_back({next, std::move(chunk)});
  std::ranges::push_heap(heap_, [this](const Entry& a, const Entry& b) { return before(b.next, a.next); });
}

std::unique_ptr<EventWalk::Chunk> EventWalk::pop() {
  std::ranges::pop_heap(heap_, [this](const Entry& a, const Entry& b) { return before(b.next, a.next); });
  std::unique_ptr<Chunk> chunk = std::move(heap_.back().chunk);
  heap_.pop_back();
  held_ -= chunk->memory();
  return chunk;
}

// The lines that are in the range.
void EventWalk::bound_lines(Chunk& chunk) const {
  const Place& first = chunk.header.first;
  const auto count_before = [&](const Place& end) {
    std::size_t low = 0, high = chunk.lines.size();
    while (low < high) {
      const std::size_t middle = (low + high) / 2;
      const Place place{chunk.lines.timestamp_ms(middle), first.stream, first.counter + middle};
      if (place < end) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  };
  const std::size_t begin = count_before(range_.begin), end = count_before(range_.end);
  chunk.bounded = true;
  chunk.left = end - begin;
  chunk.at = forward() || end == 0 ? begin : end - 1;
}

// Reads the lines. False: none is wanted.
Result<bool> EventWalk::open(Chunk& chunk) {
  std::string stored;  // what `payload` borrows from
  std::string_view payload = chunk.payload;
  if (!chunk.known || (payload.empty() && !chunk.header.apart)) {
    effort_ += kPayloadEffort;
    const std::string key = chunk_key(range_.group, chunk.header);
    auto value = TRY(reader_.get(key));
    if (!value) return fail(internal_error("a chunk of log events is gone"));
    stored = *std::move(value);
    const ChunkRow row = TRY(read_chunk(key, stored));
    if (!chunk.known && !TRY(take_row(row, chunk))) return false;
    payload = row.payload;
  }
  if (chunk.header.apart) {
    effort_ += kPayloadEffort;
    auto value = TRY(reader_.get(payload_key(range_.group, chunk.header.first)));
    if (!value) return fail(internal_error("a chunk of log events has lost its lines"));
    stored = *std::move(value);
    payload = stored;
  }
  chunk.lines = TRY(ChunkLines::read(chunk.header, payload));
  effort_ += chunk.lines.memory();
  if (chunk.bounded) return true;
  bound_lines(chunk);
  if (chunk.left == 0) return false;
  if (range_.needed.in(chunk.lines.messages())) return true;
  passed_.searched_events += static_cast<std::int64_t>(chunk.left);
  passed_.searched_bytes += static_cast<std::int64_t>(chunk.header.text_bytes);
  return false;
}

Place EventWalk::place_of(const Chunk& chunk) {
  return {chunk.lines.timestamp_ms(chunk.at), chunk.header.first.stream, chunk.header.first.counter + chunk.at};
}

// Lines that are not needed at once can be read again.
void EventWalk::close_all() {
  held_ = 0;
  for (Entry& entry : heap_) {
    entry.chunk->payload = {};
    entry.chunk->lines = ChunkLines();
  }
}

void EventWalk::show(std::unique_ptr<Chunk> chunk) {
  current_ = std::move(chunk);
  event_ = {place_of(*current_), current_->header.ingested_ms, current_->lines.message(current_->at)};
  effort_ += kEventEffort;
}

// To the next line of the same chunk. False: another one may be nearer.
bool EventWalk::step_within() {
  if (--current_->left == 0) {
    current_.reset();
    return false;
  }
  forward() ? ++current_->at : --current_->at;
  const Place next = place_of(*current_);
  const bool alone =
      (heap_.empty() || before(next, heap_.front().next)) && (nearest_ == nullptr || before(next, nearest_->bound));
  if (alone) {
    show(std::move(current_));
    return true;
  }
  push(std::move(current_), next);
  return false;
}

Result<EventWalk::Step> EventWalk::next() {
  if (!begun_) TRY(begin());
  if (current_ != nullptr && step_within()) return Step::Event;
  for (;;) {
    if (effort_ - paused_at_ > kPauseEffort) {
      paused_at_ = effort_;
      return Step::Paused;
    }
    if (nearest_ != nullptr && (heap_.empty() || !before(heap_.front().next, nearest_->bound))) {
      TRY(take(*nearest_));
      continue;
    }
    if (heap_.empty()) return Step::End;
    std::unique_ptr<Chunk> chunk = pop();
    if (chunk->lines.size() > 0) {
      show(std::move(chunk));
      paused_at_ = effort_;
      return Step::Event;
    }
    if (held_ > range_.most_held) close_all();
    if (!TRY(open(*chunk))) continue;
    const Place next = place_of(*chunk);
    push(std::move(chunk), next);
  }
}

Place EventWalk::rest() const {
  if (heap_.empty()) return nearest_ == nullptr ? range_.end : nearest_->bound;
  const Place& next = heap_.front().next;
  return nearest_ != nullptr && before(nearest_->bound, next) ? nearest_->bound : next;
}

}  // namespace orrery::logs
