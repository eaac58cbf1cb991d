#include "services/logs/cleanup.h"
#include "services/logs/operations.h"

#include <algorithm>

namespace orrery::logs {
namespace {

constexpr std::int64_t kAllowedDays[] = {1,   3,   5,   7,   14,   30,   60,   90,   120,  150,  180,
                                         365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653};

}  // namespace

Result<wire::Empty> put_retention_policy(Logs& logs, Call& call, Transaction& tx,
                                         const PutRetentionPolicyRequest& input) {
  if (std::ranges::find(kAllowedDays, input.retentionInDays) == std::end(kAllowedDays)) {
    std::string days;
    for (const auto allowed : kAllowedDays) days += (days.empty() ? "" : ", ") + std::to_string(allowed);
    return fail(errors::InvalidParameterException("1 validation error detected: Value '" +
                                                  std::to_string(input.retentionInDays) +
                                                  "' at 'retentionInDays' failed to satisfy constraint: Member must "
                                                  "satisfy enum value set: [" +
                                                  days + "]"));
  }
  GroupRecord group = TRY(existing_group(tx, call, input.logGroupName));
  group.retention_days = input.retentionInDays;
  TRY(put_group(tx, group));
  TRY(watch_retention(logs, tx, group, call.now));
  return wire::Empty{};
}

Result<wire::Empty> delete_retention_policy(Logs& logs, Call& call, Transaction& tx,
                                            const DeleteRetentionPolicyRequest& input) {
  GroupRecord group = TRY(existing_group(tx, call, input.logGroupName));
  group.retention_days = 0;
  TRY(put_group(tx, group));
  TRY(forget_retention(logs, tx, group));
  return wire::Empty{};
}

}  // namespace orrery::logs
