// The condition keys of one request: what the caller put into the Context, else what follows from the request itself
// (docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html).
#pragma once

#include "auth/condition.h"
#include "auth/evaluate.h"

namespace orrery::auth {

class RequestKeys final : public KeySource {
 public:
  explicit RequestKeys(const Request& request) : request_(request) {}

  KeyValues values(std::string_view key) const override;
  std::optional<std::string> variable(std::string_view key) const override;

 private:
  std::optional<std::string> derived(std::string_view key) const;

  const Request& request_;
};

}  // namespace orrery::auth
