// Security Token Service: who am I, and sessions of roles.
#pragma once

#include "background/background.h"
#include "services/operation.h"

namespace orrery::sts {

// Injected by the composition root; outlives every call.
struct Sts {
  Background& background;  // forgets sessions once they have expired
};

Service sts_service(Sts& sts);
// Registers the timer handler; before background.start().
void register_background(Background& background);

}  // namespace orrery::sts
