#include "services/wakes.h"

namespace orrery {

std::shared_ptr<void> Wakes::listen(std::string_view resource_arn, Listener woken) {
  const std::lock_guard lock(state_->mutex);
  const std::uint64_t number = state_->next++;
  state_->listeners[std::string(resource_arn)][number] = std::move(woken);
  ++state_->count;
  return {static_cast<void*>(nullptr), [state = state_, arn = std::string(resource_arn), number](void*) {
            const std::lock_guard unlisten(state->mutex);
            const auto found = state->listeners.find(arn);
            found->second.erase(number);
            if (found->second.empty()) state->listeners.erase(found);
            --state->count;
          }};
}

void Wakes::wake(std::string_view resource_arn) const {
  if (state_->count == 0) return;
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->listeners.find(resource_arn);
  if (found == state_->listeners.end()) return;
  for (const auto& [number, woken] : found->second) woken();
}

bool Wakes::heard(std::string_view resource_arn) const {
  if (state_->count == 0) return false;
  const std::lock_guard lock(state_->mutex);
  return state_->listeners.contains(resource_arn);
}

}  // namespace orrery
