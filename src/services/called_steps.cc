#include "services/called_steps.h"

namespace orrery {

void CalledSteps::call(const std::string& key) {
  {
    const std::lock_guard lock(mutex_);
    const auto [entry, added] = called_.try_emplace(key);
    if (!added) return;
    entry->second = background_.hold();
  }
  worker_.post([this, key] {
    std::shared_ptr<void> held;
    {
      const std::lock_guard lock(mutex_);
      const auto entry = called_.find(key);
      held = std::move(entry->second);
      called_.erase(entry);
    }
    step_(key);
  });
}

}  // namespace orrery
