// DynamoDB: tables and their items.
#pragma once

#include "background/background.h"
#include "blob/blob.h"
#include "services/dispatcher.h"
#include "services/dynamodb/backups/jobs.h"
#include "services/operation.h"

namespace orrery::dynamodb {

// Made by the composition root; outlives every call.
struct DynamoDb {
  Store& store;
  BlobStore& blobs;  // backups
  Background& background;
  Dispatcher& dispatcher;  // buckets, for exports and imports
  Clock& clock;
  Random& random;
  Jobs jobs{};  // last: they use all of the above
};

Service dynamodb_service(DynamoDb& dynamodb);
// The handlers of what is done in steps: erasing a deleted table's items, counting a large table's.
void register_background(DynamoDb& dynamodb);

}  // namespace orrery::dynamodb
