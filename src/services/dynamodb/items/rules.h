// What the operations on items need to be allowed, with the condition keys of fine-grained access control
// (docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html).
#pragma once

#include "services/dynamodb/access.h"

namespace orrery::dynamodb {

Result<std::vector<Access>> item_put(const Call& call, Reader& reader, const PutItemInput& input);
Result<std::vector<Access>> item_got(const Call& call, Reader& reader, const GetItemInput& input);
Result<std::vector<Access>> item_deleted(const Call& call, Reader& reader, const DeleteItemInput& input);
Result<std::vector<Access>> item_updated(const Call& call, Reader& reader, const UpdateItemInput& input);
// Every table named, each with the keys read or written there.
Result<std::vector<Access>> items_got(const Call& call, Reader& reader, const BatchGetItemInput& input);
Result<std::vector<Access>> items_written(const Call& call, Reader& reader, const BatchWriteItemInput& input);
// Transactions have no actions of their own: every table once for each kind of action.
Result<std::vector<Access>> transaction_got(const Call& call, Reader& reader, const TransactGetItemsInput& input);
Result<std::vector<Access>> transaction_written(const Call& call, Reader& reader, const TransactWriteItemsInput& input);

}  // namespace orrery::dynamodb
