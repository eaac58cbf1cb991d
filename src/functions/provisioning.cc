// Provisioned concurrency: environments that are initialised before anybody asks
// (docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html).
#include "functions/pool.h"

#include <algorithm>

#include <boost/asio/post.hpp>

namespace orrery::functions {

namespace asio = boost::asio;

void Environments::Pool::provision(std::shared_ptr<const FunctionSpec> spec, int count) {
  {
    // Visible at once, as the caller will ask for it.
    const std::lock_guard lock(figures_mutex_);
    if (count > 0) {
      Provisioned& figures = provisioned_[spec->key];
      figures.requested = count;
      figures.status = Provisioned::Status::InProgress;
    }
  }
  asio::post(server_.context(0),
             [this, spec = std::move(spec), count]() mutable { set_provisioned(std::move(spec), count); });
}

void Environments::Pool::set_provisioned(std::shared_ptr<const FunctionSpec> spec, int count) {
  if (ended_) return;
  const std::string key = spec->key;
  Group& group = groups_[key];
  if (group.spec == nullptr) group.spec = std::move(spec);
  group.wanted = count;
  group.provision_failure.clear();
  release_surplus(group);
  pump();
  note_provisioned(key);
  drop_if_empty(key);
}

bool Environments::Pool::lacks_provisioned(const Group& group) const {
  return static_cast<int>(group.provisioned.size()) < group.wanted && group.provision_failure.empty();
}

void Environments::Pool::release_surplus(Group& group) {
  auto surplus = static_cast<int>(group.provisioned.size()) - group.wanted;
  for (auto at = group.provisioned.begin(); at != group.provisioned.end() && surplus > 0; --surplus) {
    Environment* environment = *at++;
    std::erase(group.idle, environment);
    environment->retire();  // its end is told later, never from within
  }
}

void Environments::Pool::provisioned_ended(Group& group, Environment& environment) {
  group.provisioned.erase(&environment);
  if (!environment.was_ready() && group.wanted > 0 && !closing_) {
    group.provision_failure = "FUNCTION_ERROR_INIT_FAILURE";
  }
  note_provisioned(environment.spec().key);
}

// Figures for the other threads.
void Environments::Pool::note_provisioned(const std::string& key) {
  const auto found = groups_.find(key);
  const Group* group = found == groups_.end() ? nullptr : &found->second;
  const std::lock_guard lock(figures_mutex_);
  if (group == nullptr || group->wanted == 0) {
    if (!provisioned_.empty()) provisioned_.erase(key);
    return;
  }
  Provisioned figures;
  figures.requested = group->wanted;
  for (const Environment* environment : group->provisioned) figures.allocated += environment->was_ready() ? 1 : 0;
  for (Environment* environment : group->idle) figures.available += group->provisioned.contains(environment) ? 1 : 0;
  figures.status = figures.allocated >= figures.requested ? Provisioned::Status::Ready
                   : group->provision_failure.empty()     ? Provisioned::Status::InProgress
                                                          : Provisioned::Status::Failed;
  figures.reason = group->provision_failure;
  provisioned_[key] = figures;
}

std::optional<Provisioned> Environments::Pool::provisioned(const std::string& key) const {
  const std::lock_guard lock(figures_mutex_);
  const auto found = provisioned_.find(key);
  return found == provisioned_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace orrery::functions
