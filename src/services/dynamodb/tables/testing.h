// Indexes for the tests of this folder.
#pragma once

#include "services/dynamodb/testing.h"

namespace orrery::dynamodb {

inline GlobalSecondaryIndex global_index(const std::string& name, std::vector<KeySchemaElement> keys,
                                         std::string_view projection = ProjectionType::ALL) {
  GlobalSecondaryIndex index;
  index.IndexName = name;
  index.KeySchema = std::move(keys);
  index.Projection.ProjectionType = projection;
  return index;
}
inline LocalSecondaryIndex local_index(const std::string& name, std::vector<KeySchemaElement> keys,
                                       std::string_view projection = ProjectionType::ALL) {
  LocalSecondaryIndex index;
  index.IndexName = name;
  index.KeySchema = std::move(keys);
  index.Projection.ProjectionType = projection;
  return index;
}

}  // namespace orrery::dynamodb
