// The condition keys of one request: what the caller put into the Context, else what follows from the request itself
// (docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html).
#pragma once

#include "auth/condition.h"
#include "auth/evaluate.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace orrery::auth {

class RequestKeys final : public KeySource {
 public:
  explicit RequestKeys(const Request& request) : request_(request) {}

  KeyValues values(std::string_view key) const override;
  std::optional<std::string> variable(std::string_view key) const override;

 private:
  struct Known {
    std::string key;
    std::optional<Context::Values> values;
  };
  std::optional<std::string> derived(std::string_view key) const;
  std::optional<std::string> of_principal(std::string_view key) const;
  std::optional<std::string> of_session(std::string_view key) const;
  std::optional<std::string> principal_tag(std::string_view name) const;
  const Context::Values* from_source(std::string_view key) const;

  const Request& request_;
  // What the source has answered: a key that many statements name is asked for once.
  mutable std::vector<std::unique_ptr<const Known>> asked_;
};

}  // namespace orrery::auth
