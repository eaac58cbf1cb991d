// From a batch of lines to rows.
#include "services/logs/chunks/chunk.h"
#include "services/logs/chunks/grams.h"
#include "services/logs/chunks/varint.h"

#include <lz4.h>

namespace orrery::logs {
namespace {

constexpr std::size_t kMostInline = 4096;    // bytes of a payload that stays in the chunk's own row
constexpr std::size_t kLeastGrammed = 4096;  // bytes of text that are worth a filter
constexpr std::size_t kLeastPacked = 128;    // bytes that are worth compressing

// How many lines, from the front, make a chunk.
std::size_t chunk_of(std::span<const Line> lines) {
  std::size_t bytes = lines.front().message.size(), count = 1;
  for (; count < lines.size(); ++count) {
    bytes += lines[count].message.size();
    const bool apart = lines[count].timestamp_ms - lines.front().timestamp_ms > kMostSpan_ms;
    if (apart || bytes > kChunkBytes) break;
  }
  return count;
}

// Times and lengths, then the messages; compressed when that makes it smaller by an eighth.
std::string payload_of(std::span<const Line> lines, std::size_t text_bytes) {
  std::string raw;
  raw.reserve(text_bytes + 4 * lines.size() + 32);
  std::int64_t before_ms = lines.front().timestamp_ms;
  for (const Line& line : lines) {
    put_varint(raw, static_cast<std::uint64_t>(line.timestamp_ms - before_ms));
    put_varint(raw, line.message.size());
    before_ms = line.timestamp_ms;
  }
  for (const Line& line : lines) raw.append(line.message);
  std::string packed;
  if (raw.size() >= kLeastPacked) {
    put_varint(packed, raw.size());
    const std::size_t head = packed.size();
    packed.resize(head + raw.size() - raw.size() / 8);
    const int size = LZ4_compress_default(raw.data(), packed.data() + head, static_cast<int>(raw.size()),
                                          static_cast<int>(packed.size() - head));
    if (size > 0) {
      packed.resize(head + static_cast<std::size_t>(size));
      return packed;
    }
  }
  return raw.insert(0, 1, '\0');
}

std::string grams_of(std::span<const Line> lines, std::size_t text_bytes) {
  if (text_bytes < kLeastGrammed) return {};
  GramWriter grams;
  for (const Line& line : lines) grams.add(line.message);
  return std::move(grams).finish();
}

Result<> write_chunk(Transaction& tx, std::uint64_t group, ChunkHeader& chunk, std::span<const Line> lines) {
  chunk.first.timestamp_ms = lines.front().timestamp_ms;
  chunk.last_ms = lines.back().timestamp_ms;
  chunk.count = lines.size();
  chunk.text_bytes = 0;
  for (const Line& line : lines) chunk.text_bytes += line.message.size();
  const std::string payload = payload_of(lines, chunk.text_bytes);
  const std::string grams = grams_of(lines, chunk.text_bytes);
  chunk.apart = payload.size() > kMostInline;
  const std::string_view inside = chunk.apart ? std::string_view() : payload;
  TRY(tx.put(chunk_key(group, chunk), encode_chunk({chunk, grams, inside})));
  TRY(tx.put(stream_chunk_key(group, chunk), encode_stream_chunk(chunk)));
  if (chunk.apart) TRY(tx.put(payload_key(group, chunk.first), payload));
  return {};
}

}  // namespace

Result<> write_chunks(Transaction& tx, std::uint64_t group, std::uint64_t stream, std::uint64_t counter,
                      std::int64_t ingested_ms, std::span<const Line> lines) {
  ChunkHeader chunk;
  chunk.first.stream = stream;
  chunk.first.counter = counter;
  chunk.ingested_ms = ingested_ms;
  while (!lines.empty()) {
    const std::size_t count = chunk_of(lines);
    TRY(write_chunk(tx, group, chunk, lines.first(count)));
    chunk.first.counter += count;
    lines = lines.subspan(count);
  }
  return {};
}

Result<> erase_chunk(Transaction& tx, std::uint64_t group, const ChunkHeader& chunk) {
  TRY(tx.erase(chunk_key(group, chunk)));
  TRY(tx.erase(stream_chunk_key(group, chunk)));
  if (chunk.apart) TRY(tx.erase(payload_key(group, chunk.first)));
  return {};
}

}  // namespace orrery::logs
