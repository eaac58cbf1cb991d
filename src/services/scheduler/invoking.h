// The invocation of a target, as a session of its role: carried out in the transaction that ends its message, so that
// its effect happens once.
#pragma once

#include "services/scheduler/records.h"
#include "services/scheduler/scheduler.h"

namespace orrery::scheduler {

inline constexpr std::int64_t kMostRetries = 185;
inline constexpr std::int64_t kMostAge_s = 86'400;  // of an event that is still tried

// A session of the target's role. Errors: AccessDenied, when there is no such role in the schedule's account or
// scheduler.amazonaws.com may not assume it.
Result<Caller> as_role(Scheduler& scheduler, Reader& reader, const ScheduleRecord& schedule, Instant now,
                       std::string_view request_id);

// The handler of "scheduler.invoke".
Result<Delivered> invoke(Scheduler& scheduler, Transaction& tx, const Message& message);

// What follows from the failure of an attempt; pure, for the tests. `attempts`: how many have failed by now.
std::optional<Instant> retry_at(const Error& error, int attempts, Instant created, Instant now,
                                const std::optional<RetryPolicy>& policy);

}  // namespace orrery::scheduler
