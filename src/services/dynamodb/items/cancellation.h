// Why a transaction is cancelled: a reason for each of its members, in order.
#pragma once

#include "base/result.h"

#include <optional>
#include <vector>

namespace orrery::dynamodb {

class Cancellation {
 public:
  explicit Cancellation(std::size_t members) : reasons_(members) {}
  // Why the member failed. Fails itself with what is no reason: a lost race, a broken machine.
  Result<> note(std::size_t member, Error error);
  bool any() const { return any_; }
  // TransactionCanceledException with the reasons, and the items of those that tell theirs.
  Error error() const;

 private:
  std::vector<std::optional<Error>> reasons_;
  bool any_ = false;
};

}  // namespace orrery::dynamodb
