#include "services/scheduler/known.h"

namespace orrery::scheduler {
namespace {

Result<KnownSchedule> know(const Scheduler& scheduler, std::string_view key, std::string_view bytes) {
  auto record = TRY(decode_schedule(key, bytes));
  auto plan = TRY(plan_of(record.timing));
  KnownSchedule known{std::move(record), std::move(plan), std::nullopt};
  if (!same_each_time(known.record.target)) return known;
  auto invocation = invocation_of(scheduler.services, known.record.target, {});
  if (invocation) known.invocation = *std::move(invocation);
  return known;
}

}  // namespace

Result<std::shared_ptr<const KnownSchedule>> known_schedule(Scheduler& scheduler, Reader& reader,
                                                            std::string_view arn) {
  const auto key = key_of_arn(arn);
  if (!key) return std::shared_ptr<const KnownSchedule>();
  const auto bytes = TRY(reader.get(*key));
  if (!bytes) return std::shared_ptr<const KnownSchedule>();
  return scheduler.known.of(*key, *bytes, [&] { return know(scheduler, *key, *bytes); });
}

}  // namespace orrery::scheduler
