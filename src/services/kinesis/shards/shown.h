#pragma once

#include "services/kinesis/streams/stream.h"
#include "shapes/kinesis.h"

namespace orrery::kinesis {

// As DescribeStream and ListShards tell of it.
Shard shown(const ShardRow& shard);

}  // namespace orrery::kinesis
