#include "services/logs/chunks/chunk.h"

#include "services/logs/chunks/varint.h"
#include "store/key.h"

#include <algorithm>

#include <lz4.h>

namespace orrery::logs {
namespace {

constexpr char kVersion = 2;
constexpr std::uint8_t kPayloads = 0xff;  // where a class stands
constexpr char kHasGrams = 1, kApart = 2;
// A line is not longer than the largest body of a request: more than this is no payload of ours.
constexpr std::uint64_t kMostRawBytes = std::uint64_t{256} << 20;

std::uint64_t to_u64(std::int64_t timestamp_ms) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(timestamp_ms, 0));
}

Failure corrupt() { return fail(internal_error("corrupt chunk of log events")); }

bool take_signed(std::string_view& rest, std::int64_t& value) {
  std::uint64_t number = 0;
  if (!take_varint(rest, number)) return false;
  value = static_cast<std::int64_t>(number);
  return true;
}

}  // namespace

std::uint8_t span_class_of(std::int64_t span_ms) {
  std::uint8_t span_class = 0;
  while (span_class + 1 < kSpanClasses && span_ms >= span_limit_ms(span_class)) ++span_class;
  return span_class;
}

std::string chunks_prefix(std::uint64_t group) { return KeyWriter(KeyKind::LogEvent).u64(group).take(); }
std::string chunk_class_prefix(std::uint64_t group, std::uint8_t span_class) {
  return KeyWriter(KeyKind::LogEvent).u64(group).u8(span_class).take();
}
std::string chunk_key(std::uint64_t group, const ChunkHeader& chunk) {
  return KeyWriter(KeyKind::LogEvent)
      .u64(group)
      .u8(span_class_of(chunk.span_ms()))
      .u64(to_u64(chunk.first.timestamp_ms))
      .u64(chunk.first.stream)
      .u64(chunk.first.counter)
      .take();
}
std::string payload_key(std::uint64_t group, const Place& first) {
  return KeyWriter(KeyKind::LogEvent)
      .u64(group)
      .u8(kPayloads)
      .u64(to_u64(first.timestamp_ms))
      .u64(first.stream)
      .u64(first.counter)
      .take();
}
std::string stream_chunks_prefix(std::uint64_t group, std::uint64_t stream) {
  return KeyWriter(KeyKind::LogByStream).u64(group).u64(stream).take();
}
std::string stream_class_prefix(std::uint64_t group, std::uint64_t stream, std::uint8_t span_class) {
  return KeyWriter(KeyKind::LogByStream).u64(group).u64(stream).u8(span_class).take();
}
std::string stream_chunk_key(std::uint64_t group, const ChunkHeader& chunk) {
  return KeyWriter(KeyKind::LogByStream)
      .u64(group)
      .u64(chunk.first.stream)
      .u8(span_class_of(chunk.span_ms()))
      .u64(to_u64(chunk.first.timestamp_ms))
      .u64(chunk.first.counter)
      .take();
}
std::string chunks_from(std::string prefix, std::int64_t timestamp_ms) {
  const std::uint64_t time = to_u64(timestamp_ms);
  for (int shift = 56; shift >= 0; shift -= 8) prefix += static_cast<char>(time >> shift & 0xff);
  return prefix;
}

std::string encode_chunk(const ChunkRow& row) {
  const ChunkHeader& header = row.header;
  std::string value{kVersion, static_cast<char>((row.grams.empty() ? 0 : kHasGrams) | (header.apart ? kApart : 0))};
  put_varint(value, static_cast<std::uint64_t>(header.span_ms()));
  put_varint(value, header.count);
  put_varint(value, static_cast<std::uint64_t>(header.ingested_ms));
  put_varint(value, header.text_bytes);
  if (!row.grams.empty()) {
    put_varint(value, row.grams.size());
    value.append(row.grams);
  }
  return value.append(row.payload);
}

std::string encode_stream_chunk(const ChunkHeader& chunk) {
  std::string value{kVersion, chunk.apart ? kApart : '\0'};
  put_varint(value, static_cast<std::uint64_t>(chunk.span_ms()));
  return value;
}

Result<Place> first_in_group(std::string_view key) {
  KeyReader reader(key);
  reader.u64();  // the group
  reader.u8();   // the class
  Place place;
  place.timestamp_ms = static_cast<std::int64_t>(reader.u64());
  place.stream = reader.u64();
  place.counter = reader.u64();
  if (!reader.ok()) return corrupt();
  return place;
}

Result<Place> first_in_stream(std::string_view key) {
  KeyReader reader(key);
  reader.u64();  // the group
  Place place;
  place.stream = reader.u64();
  reader.u8();  // the class
  place.timestamp_ms = static_cast<std::int64_t>(reader.u64());
  place.counter = reader.u64();
  if (!reader.ok()) return corrupt();
  return place;
}

Result<ChunkRow> read_chunk(std::string_view key, std::string_view value) {
  ChunkRow row;
  row.header.first = TRY(first_in_group(key));
  if (value.size() < 2 || value[0] != kVersion) return corrupt();
  const char flags = value[1];
  value.remove_prefix(2);
  std::int64_t span_ms = 0;
  std::uint64_t grams = 0;
  ChunkHeader& header = row.header;
  header.apart = (flags & kApart) != 0;
  if (!take_signed(value, span_ms) || !take_varint(value, header.count) || !take_signed(value, header.ingested_ms) ||
      !take_varint(value, header.text_bytes) || header.count == 0) {
    return corrupt();
  }
  header.last_ms = header.first.timestamp_ms + span_ms;
  if ((flags & kHasGrams) != 0) {
    if (!take_varint(value, grams) || grams > value.size()) return corrupt();
    row.grams = value.substr(0, grams);
    value.remove_prefix(grams);
  }
  row.payload = value;
  return row;
}

Result<ChunkHeader> read_stream_chunk(std::string_view key, std::string_view value) {
  ChunkHeader header;
  header.first = TRY(first_in_stream(key));
  std::int64_t span_ms = 0;
  if (value.size() < 3 || value[0] != kVersion) return corrupt();
  header.apart = (value[1] & kApart) != 0;
  value.remove_prefix(2);
  if (!take_signed(value, span_ms)) return corrupt();
  header.last_ms = header.first.timestamp_ms + span_ms;
  return header;
}

Result<ChunkLines> ChunkLines::read(const ChunkHeader& header, std::string_view payload) {
  ChunkLines chunk;
  std::uint64_t raw_bytes = 0;  // 0: it is not compressed
  if (!take_varint(payload, raw_bytes) || raw_bytes > kMostRawBytes) return corrupt();
  if (raw_bytes == 0) {
    chunk.text_ = payload;
  } else {
    chunk.text_.resize(raw_bytes);
    const int size = LZ4_decompress_safe(payload.data(), chunk.text_.data(), static_cast<int>(payload.size()),
                                         static_cast<int>(raw_bytes));
    if (size < 0 || static_cast<std::uint64_t>(size) != raw_bytes) return corrupt();
  }
  if (chunk.text_.size() < header.text_bytes || header.count > chunk.text_.size()) return corrupt();
  chunk.messages_at_ = chunk.text_.size() - header.text_bytes;
  std::string_view table = std::string_view(chunk.text_).substr(0, chunk.messages_at_);
  std::size_t at = chunk.messages_at_;
  std::int64_t at_ms = header.first.timestamp_ms;
  chunk.spans_.resize(header.count);
  for (Span& span : chunk.spans_) {
    std::uint64_t later = 0, bytes = 0;
    if (!take_varint(table, later) || !take_varint(table, bytes) || bytes > chunk.text_.size() - at) return corrupt();
    at_ms += static_cast<std::int64_t>(later);
    span = {at_ms, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(bytes)};
    at += bytes;
  }
  return chunk;
}

}  // namespace orrery::logs
