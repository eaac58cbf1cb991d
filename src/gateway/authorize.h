// Step 4: may this principal do this? Gathers the policies that apply and asks auth::evaluate.
#pragma once

#include "services/call.h"
#include "services/identity.h"
#include "services/operation.h"

#include <span>

namespace orrery::gateway {

enum class IamMode : std::uint8_t {
  Enforce,
  Audit,  // what policies refuse is logged, and passes
};

class PolicyAuthorizer final : public Authorizer {
 public:
  PolicyAuthorizer(std::span<const Service> services, Identity& identity, IamMode mode = IamMode::Enforce)
      : services_(services), identity_(identity), mode_(mode) {}

  Result<> check(Reader& reader, const Call& call, const Access& access) override;
  // Everything that the operation's row says the input means.
  Result<> check_all(Reader& reader, const Call& call, const Operation& operation, const void* input);

 private:
  Result<std::shared_ptr<const auth::Policy>> resource_policy(Reader& reader, const Access& access);
  Result<> refuse(const Call& call, const auth::Request& request, const auth::Policies& policies,
                  const auth::Decision& decision) const;

  std::span<const Service> services_;
  Identity& identity_;
  IamMode mode_;
};

// What "Authorization" of a refusal looks like in `orrery explain`: the steps of the evaluation and every statement
// that was looked at, as JSON.
std::string explained(const auth::Trace& trace);

}  // namespace orrery::gateway
