// Shard iterators: positions that clients hand back unread, good for five minutes.
#pragma once

#include "services/kinesis/streams/stream.h"

namespace orrery::kinesis {

inline constexpr Millis kIteratorLife = std::chrono::minutes(5);

struct ShardIterator {
  StreamName stream;
  std::uint64_t stream_number = 0;
  ShardNumber shard = 0;
  std::uint64_t index = 0;  // records from there on
  Instant issued;
};

std::string to_text(const ShardIterator& iterator);
// nullopt: not one of ours.
std::optional<ShardIterator> parse_iterator(std::string_view text);

}  // namespace orrery::kinesis
