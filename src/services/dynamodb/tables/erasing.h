// Erasing much, in steps of a bounded size: the entries of an index that was dropped, all that a deleted table leaves.
#pragma once

#include "services/dynamodb/dynamodb.h"

#include <cstdint>
#include <string>
#include <vector>

namespace orrery::dynamodb {

// The order that all keys with these prefixes be erased. `number`: of the table or index, names it.
Message erase_message(Instant now, std::uint64_t number, const std::vector<std::string>& prefixes);
// Gives it. The keys must be out of everybody's reach in this transaction.
Result<> erase_later(DynamoDb& dynamodb, Transaction& tx, Instant now, std::uint64_t number,
                     const std::vector<std::string>& prefixes);

// One step: erases from range.begin on and moves it to where to go on. True when the range is empty.
Result<bool> erase_some(Transaction& tx, KeyRange& range);

}  // namespace orrery::dynamodb
