// Step 4: may this principal do this? Gathers the policies that apply and asks auth::evaluate.
#pragma once

#include "services/call.h"
#include "services/identity.h"
#include "services/operation.h"

#include <span>

namespace orrery::gateway {

class PolicyAuthorizer final : public Authorizer {
 public:
  PolicyAuthorizer(std::span<const Service> services, Identity& identity) : services_(services), identity_(identity) {}

  Result<> check(Reader& reader, const Call& call, const Access& access) override;
  // Everything that the operation's row says the input means.
  Result<> check_all(Reader& reader, const Call& call, const Operation& operation, const void* input);

 private:
  Result<std::shared_ptr<const auth::Policy>> resource_policy(Reader& reader, const Access& access);

  std::span<const Service> services_;
  Identity& identity_;
};

}  // namespace orrery::gateway
