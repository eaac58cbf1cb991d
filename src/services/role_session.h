// Acting in the name of a role that a service was given: a rule's target, a delivery stream, a subscription filter.
#pragma once

#include "services/dispatcher.h"

#include <string>
#include <string_view>

namespace orrery {

// A caller that is the service itself ("events.amazonaws.com").
Caller service_caller(std::string_view service, std::string_view account, std::string_view region,
                      std::string_view source_arn);
// Who a session of the role is, found by assuming it as `service` and undoing that: nobody gets its keys, and nothing
// stays of it in `tx`. Errors are those of sts:AssumeRole, as AccessDenied when the role does not trust the service.
Result<auth::Principal> assume_role(Dispatcher& dispatcher, Transaction& tx, const Caller& service,
                                    const std::string& role_arn, const std::string& session_name);

}  // namespace orrery
