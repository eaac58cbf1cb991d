// Shard iterators: positions that clients hand back unread, good for 15 minutes.
#pragma once

#include "services/dynamodb/streams/shards.h"

namespace orrery::dynamodb {

inline constexpr Millis kIteratorLife = std::chrono::minutes(15);

struct ShardIterator {
  std::string stream_arn;
  std::uint64_t bucket = 0;  // of the shard
  // The next sequence to read; 0: the oldest one of the shard, whichever that is by then.
  std::uint64_t position = 0;
  Instant issued;
};

// "arn:aws:dynamodb:…/stream/…|1|…": the ARN is there for whoever authorizes the request.
std::string to_text(const ShardIterator& iterator);
// ValidationException for what is no iterator.
Result<ShardIterator> parse_iterator(std::string_view text);

}  // namespace orrery::dynamodb
