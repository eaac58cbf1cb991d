// Erasing much, in steps of a bounded size: the entries of an index that was dropped, all that a deleted table leaves.
#pragma once

#include "services/dynamodb/dynamodb.h"

#include <cstdint>
#include <string>
#include <vector>

namespace orrery::dynamodb {

// Orders that all keys with these prefixes be erased. They must be out of everybody's reach in this transaction.
// `number`: of the table or index, names the order.
Result<> erase_later(DynamoDb& dynamodb, Transaction& tx, Instant now, std::uint64_t number,
                     const std::vector<std::string>& prefixes);

// One step: erases from range.begin on and moves it to where to go on. True when the range is empty.
Result<bool> erase_some(Transaction& tx, KeyRange& range);

}  // namespace orrery::dynamodb
