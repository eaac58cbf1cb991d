#include "services/kinesis/shards/reshape.h"

#include <algorithm>
#include <vector>

namespace orrery::kinesis {
namespace {

struct Range {
  HashKey begin, end;
};

std::vector<Range> even_ranges(std::int64_t count) {
  // 2^128 / count; the last one takes the rest. 2^128 itself does not fit the type.
  const auto parts = static_cast<HashKey>(count);
  HashKey width = kLastHashKey / parts;
  if (kLastHashKey % parts == parts - 1) ++width;
  std::vector<Range> ranges;
  ranges.reserve(static_cast<std::size_t>(count));
  for (HashKey i = 0; i < parts; ++i) {
    ranges.push_back({i * width, i + 1 == parts ? kLastHashKey : (i + 1) * width - 1});
  }
  return ranges;
}

// Children begin a second later than what they come from ends, so that their sequence numbers are greater.
ShardRow& add(StreamRow& stream, HashKey begin, HashKey end, std::int64_t created_s) {
  ShardRow shard;
  shard.number = stream.next_shard++;
  shard.begin = begin;
  shard.end = end;
  shard.created_s = created_s;
  stream.shards.push_back(shard);
  return stream.shards.back();
}

std::int64_t child_created_s(std::int64_t parent_s, Instant now) {
  return std::max<std::int64_t>(parent_s, epoch_ms(now) / 1000) + 1;
}

const ShardRow& open_at(const StreamRow& stream, std::size_t place) { return stream.shards[stream.open[place]]; }

// No open shard reaches across the beginning of a range any more.
void cut(StreamRow& stream, const std::vector<Range>& ranges, Instant now) {
  for (const Range& range : ranges) {
    const ShardRow& shard = stream.shard_of(range.begin);
    if (shard.begin != range.begin) split(stream, shard.number, range.begin, now);
  }
}

// Each range is that of one shard.
void join(StreamRow& stream, const std::vector<Range>& ranges, Instant now) {
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    while (open_at(stream, i).end < ranges[i].end) {
      merge(stream, open_at(stream, i).number, open_at(stream, i + 1).number, now);
    }
  }
}

}  // namespace

void make_shards(StreamRow& stream, std::int64_t count, Instant now) {
  for (const Range& range : even_ranges(count)) add(stream, range.begin, range.end, epoch_ms(now) / 1000);
  stream.sort_open();
}

void split(StreamRow& stream, ShardNumber shard, HashKey at, Instant now) {
  ShardRow& parent = *stream.find_shard(shard);
  parent.closed = now;
  const HashKey begin = parent.begin, end = parent.end;
  const std::int64_t created_s = child_created_s(parent.created_s, now);
  add(stream, begin, at - 1, created_s).parent = shard;
  add(stream, at, end, created_s).parent = shard;
  stream.sort_open();
}

void merge(StreamRow& stream, ShardNumber first, ShardNumber second, Instant now) {
  ShardRow& one = *stream.find_shard(first);
  ShardRow& other = *stream.find_shard(second);
  one.closed = other.closed = now;
  const HashKey begin = one.begin, end = other.end;
  ShardRow& child = add(stream, begin, end, child_created_s(std::max(one.created_s, other.created_s), now));
  child.parent = first;
  child.adjacent = second;
  stream.sort_open();
}

void scale(StreamRow& stream, std::int64_t count, Instant now) {
  const std::vector<Range> ranges = even_ranges(count);
  cut(stream, ranges, now);
  join(stream, ranges, now);
}

}  // namespace orrery::kinesis
