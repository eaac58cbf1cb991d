// Which table a request wants to do something with, and the condition keys that fine-grained access control looks at
// (docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html).
#pragma once

#include "services/dynamodb/items/requests.h"
#include "services/dynamodb/tables/tables.h"

namespace orrery::dynamodb {

// dynamodb:LeadingKeys and dynamodb:Attributes of items or keys as they are gathered. The root user needs none: nothing
// restricts it, and the table's record need not be read for it.
class ItemAccess {
 public:
  ItemAccess(const Call& call, Reader& reader, std::string_view table_name);
  // False for the root user: what is gathered then is nobody's concern.
  bool matters() const { return call_.principal->kind != auth::Principal::Kind::Root; }
  Result<> add(item::ItemView item);
  // Those that expressions name.
  void add_attributes(const std::vector<std::string_view>& names);
  void set(std::string_view key, std::string_view value);
  Access take() && { return std::move(access_); }

 private:
  const Call& call_;
  Reader& reader_;
  std::string_view table_name_;
  Access access_;
  std::optional<std::shared_ptr<const Table>> table_;
};

}  // namespace orrery::dynamodb
