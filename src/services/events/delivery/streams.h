// Streams as targets: in the name of the target's role.
#pragma once

#include "services/events/delivery/kinds.h"

namespace orrery::events {

Result<> to_data_stream(Events& events, Transaction& tx, const Handover& handover);
Result<> to_delivery_stream(Events& events, Transaction& tx, const Handover& handover);

// What makes PutTargets refuse such a target. Error: ValidationException.
Result<> check_stream_target(const Target& target, TargetKind kind);

}  // namespace orrery::events
