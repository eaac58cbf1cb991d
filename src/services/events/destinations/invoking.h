// API destinations as targets: one event on its way to one of them.
#pragma once

#include "services/events/connections/authorizing.h"
#include "services/events/destinations/pace.h"
#include "services/events/events.h"

namespace orrery::events {

inline constexpr std::string_view kInvoke = "events.invoke";
inline constexpr int kInvocations = 64;  // under way at once

// The handler.
void invoke(Events& events, const Message& message, std::function<void(Delivered)> done);

}  // namespace orrery::events
