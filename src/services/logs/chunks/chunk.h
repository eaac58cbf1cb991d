// How events are stored: in chunks of lines that came in together, of one stream, in the order of their times. A chunk
// is a row of its group, in the order of its first event:
//
//   LogEvent  group, class of its span, time, stream and counter of its first event -> what ChunkHeader says, a filter
//   of
//             its text (grams.h) and, of a small one, its payload
//   LogEvent  group, 0xff, time, stream and counter of its first event -> the payload of a large one
//   LogByStream  group, stream, class of its span, time and counter of its first event -> its span
//
// The span of a chunk is from its first event to its last one; the chunks of a class span less than
// span_limit_ms(class). So whoever looks for the events at a time finds all chunks that can have them close before it,
// in each class.
#pragma once

#include "base/result.h"
#include "services/logs/chunks/place.h"
#include "store/store.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::logs {

inline constexpr std::size_t kChunkBytes = std::size_t{64} << 10;  // of text, but for a single longer line
inline constexpr std::uint8_t kSpanClasses = 6;

// The first class is that of single lines, and of those of one instant; the last one's limit is 35 minutes.
inline constexpr std::int64_t span_limit_ms(std::uint8_t span_class) {
  constexpr std::int64_t kLimits_ms[kSpanClasses] = {1, 64, 1024, 16'384, 262'144, 2'097'152};
  return kLimits_ms[span_class];
}
inline constexpr std::int64_t kMostSpan_ms = span_limit_ms(kSpanClasses - 1) - 1;
std::uint8_t span_class_of(std::int64_t span_ms);

struct Line {
  std::int64_t timestamp_ms = 0;
  std::string_view message;
};

struct ChunkHeader {
  Place first;
  std::int64_t last_ms = 0;  // of the last event
  std::uint64_t count = 0;   // of events, whose counters follow each other
  std::int64_t ingested_ms = 0;
  std::uint64_t text_bytes = 0;  // of all messages
  bool apart = false;            // the payload is in its own row

  std::int64_t span_ms() const { return last_ms - first.timestamp_ms; }
  Place last() const { return {last_ms, first.stream, first.counter + count - 1}; }
};

std::string chunks_prefix(std::uint64_t group);
std::string chunk_class_prefix(std::uint64_t group, std::uint8_t span_class);
std::string chunk_key(std::uint64_t group, const ChunkHeader& chunk);
std::string payload_key(std::uint64_t group, const Place& first);
std::string stream_chunks_prefix(std::uint64_t group, std::uint64_t stream);
std::string stream_class_prefix(std::uint64_t group, std::uint64_t stream, std::uint8_t span_class);
std::string stream_chunk_key(std::uint64_t group, const ChunkHeader& chunk);
// `prefix` is that of a class, of a group or a stream: its chunks from this time on.
std::string chunks_from(std::string prefix, std::int64_t timestamp_ms);

// A row of a group. Read, the views borrow from `value`. Errors: Internal, "corrupt".
struct ChunkRow {
  ChunkHeader header;
  std::string_view grams;    // empty: none
  std::string_view payload;  // empty: apart
};
std::string encode_chunk(const ChunkRow& row);
// Of a row's key: where the chunk begins.
Result<Place> first_in_group(std::string_view key);
Result<Place> first_in_stream(std::string_view key);
Result<ChunkRow> read_chunk(std::string_view key, std::string_view value);
// A row of a stream has what is needed to find the chunk, the place of its first event, its last time, `apart`.
std::string encode_stream_chunk(const ChunkHeader& chunk);
Result<ChunkHeader> read_stream_chunk(std::string_view key, std::string_view value);

// The lines of a payload.
class ChunkLines {
 public:
  // Error: Internal, "corrupt".
  static Result<ChunkLines> read(const ChunkHeader& header, std::string_view payload);

  std::size_t size() const { return spans_.size(); }
  std::int64_t timestamp_ms(std::size_t line) const { return spans_[line].timestamp_ms; }
  std::string_view message(std::size_t line) const {
    return std::string_view(text_).substr(spans_[line].begin, spans_[line].size);
  }
  // All of them, one after the other.
  std::string_view messages() const { return std::string_view(text_).substr(messages_at_); }
  std::size_t memory() const { return text_.size() + spans_.size() * sizeof(Span); }

 private:
  struct Span {
    std::int64_t timestamp_ms = 0;
    std::uint32_t begin = 0, size = 0;  // in the text
  };
  std::string text_;
  std::size_t messages_at_ = 0;
  std::vector<Span> spans_;
};

// Stores lines of one stream, in order of their times; the first one gets `counter`.
Result<> write_chunks(Transaction& tx, std::uint64_t group, std::uint64_t stream, std::uint64_t counter,
                      std::int64_t ingested_ms, std::span<const Line> lines);
Result<> erase_chunk(Transaction& tx, std::uint64_t group, const ChunkHeader& chunk);

}  // namespace orrery::logs
