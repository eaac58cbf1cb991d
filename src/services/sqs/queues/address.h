// How a queue is named: by its URL, http://HOST/ACCOUNT/NAME on whatever host the client reached us, or by its ARN.
#pragma once

#include "services/call.h"
#include "services/sqs/queues/records.h"

namespace orrery::sqs {

std::string url_of(const Call& call, const QueueName& name);
// The queue of the request's region. Error: InvalidAddress.
Result<QueueName> parse_url(const Call& call, std::string_view url);
// nullopt: not a queue's ARN.
std::optional<QueueName> parse_queue_arn(std::string_view arn);

// Errors of the service's front end, which its model does not have.
Error missing_parameter(std::string_view name);
// "Value VALUE for parameter NAME is invalid. Reason: REASON"
Error invalid_parameter(std::string_view value, std::string_view name, std::string_view reason);

}  // namespace orrery::sqs
