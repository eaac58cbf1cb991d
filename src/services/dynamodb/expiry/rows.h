// The rows of expiry.h.
#pragma once

#include "services/dynamodb/expiry/expiry.h"

namespace orrery::dynamodb {

std::string expiry_key(std::uint64_t expiry_number, std::uint64_t when, std::string_view item_key);
// Of entries up to and including `last`; and of all of them.
KeyRange expiries_until(std::uint64_t expiry_number, std::uint64_t last);
KeyRange expiries(std::uint64_t expiry_number);
struct ExpiryEntry {
  std::uint64_t when = 0;
  std::string item_key;
};
Result<ExpiryEntry> read_expiry(std::string_view key);

// See that the timer is armed for `when` or earlier.
Result<> arm_expiry(DynamoDb& dynamodb, Transaction& tx, const Table& table, std::uint64_t when);
// The timer has fired.
Result<> take_back_armed(Transaction& tx, std::uint64_t expiry_number);
std::string armed_key(std::uint64_t expiry_number);

// Five years back, epoch seconds: older expiries are ignored.
std::uint64_t oldest_expiry(Instant now);

}  // namespace orrery::dynamodb
