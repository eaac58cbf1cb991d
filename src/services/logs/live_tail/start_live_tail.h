#pragma once

#include "services/logs/logs.h"
#include "services/logs/subscriptions/subscriptions.h"
#include "shapes/logs.h"

namespace orrery::logs {

void start_live_tail(Logs& logs, Call& call, const StartLiveTailRequest& input,
                     const Completion<StartLiveTailResponse>& done);

// Events that a transaction has stored are shown to those who watch, once it has committed.
void show_arrived(Logs& logs, Transaction& tx, const GroupRecord& group, const StreamRecord& stream,
                  const std::vector<Arrived>& events, Instant now);

}  // namespace orrery::logs
