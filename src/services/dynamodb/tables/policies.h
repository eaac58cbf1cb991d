// Resource-based policies of tables and of their streams
// (docs.aws.amazon.com/amazondynamodb/latest/developerguide/access-control-resource-based.html).
//
//   TablePolicy: text(account) text(region) text(table name) text("" or stream label) -> {"policy": text, "revision"}
#pragma once

#include "services/dynamodb/dynamodb.h"
#include "services/dynamodb/tables/tables.h"

namespace orrery::dynamodb {

inline constexpr std::size_t kMaxPolicyBytes = 20'480;

std::string policy_key(const TableName& name, std::string_view stream_label = "");
// Of the table and of all its streams.
std::string policies_prefix(const TableName& name);

// Stores it after a check of its size and grammar (ValidationException); returns its revision, which is that of before
// when the text is the same.
Result<std::string> set_policy(DynamoDb& dynamodb, Transaction& tx, const Call& call, const std::string& key,
                               const std::string& policy);

// For Service::resource_policy. `arn`: of a table, an index (which its table's policy governs) or a stream.
Result<std::optional<std::string>> policy_of_resource(void* self, Reader& reader, std::string_view arn);

}  // namespace orrery::dynamodb
