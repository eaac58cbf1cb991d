// How shards are cut and joined. Pure functions of a stream's row; what they refuse, the operations have refused
// before.
#pragma once

#include "services/kinesis/streams/stream.h"

namespace orrery::kinesis {

// Of a stream without shards: `count` ranges of the same size.
void make_shards(StreamRow& stream, std::int64_t count, Instant now);
// Closes the shard; two children take its place, of which the second one begins at `at`.
void split(StreamRow& stream, ShardNumber shard, HashKey at, Instant now);
// Closes two neighbours; one child takes their place. `second` begins where `first` ends.
void merge(StreamRow& stream, ShardNumber first, ShardNumber second, Instant now);
// Splits and merges until there are `count` open shards with ranges of the same size: "UpdateShardCount … performs
// splits or merges on individual shards. This can cause short-lived shards to be created".
void scale(StreamRow& stream, std::int64_t count, Instant now);

}  // namespace orrery::kinesis
