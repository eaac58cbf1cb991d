// What goes away by and by: expired events, and what deleted groups and streams leave. In steps, so that no transaction
// grows with the size of a group.
#pragma once

#include "services/logs/logs.h"
#include "services/logs/records.h"

namespace orrery::logs {

inline constexpr std::string_view kRetentionTimer = "logs.retention";
inline constexpr std::string_view kErase = "logs.erase";

// Erases the group's streams and events, or those events of one stream, from `now` on. The records that name them are
// the caller's to erase.
Result<> erase_later(Logs& logs, Transaction& tx, const GroupRecord& group, const StreamRecord* stream, Instant now);
Result<Delivered> erase_step(Transaction& tx, const Message& message);

// Arms the timer that drops expired events, or disarms it when the group keeps them for ever.
Result<> watch_retention(Logs& logs, Transaction& tx, const GroupRecord& group, Instant now);
Result<> forget_retention(Logs& logs, Transaction& tx, const GroupRecord& group);
Result<> retention_step(Logs& logs, Transaction& tx, const Timer& timer);

}  // namespace orrery::logs
