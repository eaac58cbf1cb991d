// DynamoDB: tables and their items.
#pragma once

#include "background/background.h"
#include "blob/blob.h"
#include "services/dispatcher.h"
#include "services/dynamodb/backups/jobs.h"
#include "services/dynamodb/tables/throughput.h"
#include "services/operation.h"
#include "services/wakes.h"

#include <atomic>
#include <cstdint>

namespace orrery::dynamodb {

// Whether any table has a resource-based policy: most stores have none, and every call would look for one.
enum class PoliciesKnown : std::uint8_t { Unknown, None, Some };

// Made by the composition root; outlives every call.
struct DynamoDb {
  Store& store;
  BlobStore& blobs;  // backups
  Background& background;
  Dispatcher& dispatcher;  // buckets, for exports and imports
  Clock& clock;
  Random& random;
  Millis table_delay{0};  // how long a new table is CREATING
  Throughput throughput{clock};
  // Kept by tables/policies.cc. One process has the store to itself, so that it knows.
  std::atomic<PoliciesKnown> policies{PoliciesKnown::Unknown};
  // For which ten minutes this process has ordered the sweeping of client tokens (items/tokens.h).
  std::atomic<std::int64_t> tokens_armed{-1};
  const Wakes* wakes = nullptr;  // told of new records of streams, by the stream's ARN; null: nobody is
  Jobs jobs{};                   // last: they use all of the above
};

Service dynamodb_service(DynamoDb& dynamodb);
Service dynamodbstreams_service(DynamoDb& dynamodb);
// The handlers of what is done in steps: erasing a deleted table's items, counting a large table's.
void register_background(DynamoDb& dynamodb);

}  // namespace orrery::dynamodb
