// The change log of a table: every change of its items in order, written in the transaction that makes it, while the
// table has a stream or point-in-time recovery. Both read it; neither has a log of its own.
//
//   TableLog     u64(table number) -> u64(last sequence) u64(its time, epoch ms) u64(first sequence not trimmed)
//   TableChange  u64(table number) u64(sequence) -> version, cause, time, the item before, the item after
//
// Sequences of a table rise by one with each change, in the order of the commits: whoever reads the log up to N has
// seen all that will ever be up to N. Times never go back within a log, even when the clock is set back. The log has no
// gaps from its first sequence to its last. How long changes are kept: changes/trimming.h.
#pragma once

#include "services/dynamodb/tables/tables.h"

namespace orrery::dynamodb {

enum class Cause : std::uint8_t { User = 0, TimeToLive = 1 };

struct LoggedChange {
  std::uint64_t sequence = 0;
  Instant at;
  Cause cause = Cause::User;
  std::optional<item::Item> old, next;  // at least one
};

// Adds the change to the table's log.
Result<> append_change(Transaction& tx, std::uint64_t table_number, Instant now, Cause cause,
                       std::optional<item::ItemView> old, std::optional<item::ItemView> next);
// Where the log stands. The record stays when all changes were trimmed: sequences go on.
struct LogHead {
  std::uint64_t sequence = 0;  // of the last change; 0 before the first one
  Instant at;                  // its time
  std::uint64_t first = 1;     // of the first change that is left; sequence + 1: none
};
Result<LogHead> log_head(Reader& reader, std::uint64_t table_number);
Result<> put_log_head(Transaction& tx, std::uint64_t table_number, const LogHead& head);
// log_head().sequence
Result<std::uint64_t> last_sequence(Reader& reader, std::uint64_t table_number);

std::string change_key(std::uint64_t table_number, std::uint64_t sequence);
std::string changes_prefix(std::uint64_t table_number);
std::string log_key(std::uint64_t table_number);
// From an entry of the log. Errors: Internal, "corrupt record".
struct ChangeHead {
  std::uint64_t sequence = 0;
  Instant at;
  Cause cause = Cause::User;
};
Result<ChangeHead> change_head(std::string_view key, std::string_view value);  // without the items
Result<LoggedChange> decode_change(std::string_view key, std::string_view value);

}  // namespace orrery::dynamodb
