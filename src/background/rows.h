// How timers and messages lie in the store: keys, values, and the writes that keep a row and its index together.
#pragma once

#include "background/background.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace orrery::background {

// Keys sort by time, and time is unsigned there: what is due before 1970 is due at its start.
Instant storable(Instant due);

std::string timer_key(Instant due, std::string_view kind, std::string_view id);
// nullopt: not a row that this version can read.
std::optional<Timer> read_timer(std::string_view key, std::string_view value);

// The start of every key of one kind of message.
std::string outbox_prefix(std::string_view kind);
std::string message_key(std::string_view kind, Instant due, std::string_view id);
// `stamp` tells one posting of a message from the next of the same kind, id and due time.
std::string message_value(const Message& message, std::uint64_t stamp);
struct StoredMessage {
  Message message;
  std::uint64_t stamp = 0;
};
std::optional<StoredMessage> read_message(std::string_view key, std::string_view value);

// A timer's row and its index, where the former row, if there was one, has gone.
Result<> put_timer(Transaction& tx, const Timer& timer);
// Writes the row and its index; returns the key of the row that this one took the place of, if there was one.
Result<std::optional<std::string>> file_timer(Transaction& tx, const Timer& timer);
Result<std::optional<std::string>> file_message(Transaction& tx, const Message& message, std::uint64_t stamp);
// Removes row and index by name; returns the row's key, nullopt when there was none.
Result<std::optional<std::string>> remove_timer(Transaction& tx, std::string_view kind, std::string_view id);
Result<> remove_message(Transaction& tx, std::string_view kind, std::string_view id);
Result<> erase_timer_index(Transaction& tx, const Timer& timer);
// Removes the row that was read at `key`, and its index.
Result<> erase_message(Transaction& tx, std::string_view key, const Message& message);

}  // namespace orrery::background
