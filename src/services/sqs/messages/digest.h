// Digests that clients check.
#pragma once

#include "services/sqs/messages/stored.h"

#include <string>
#include <string_view>

namespace orrery::sqs {

std::string md5_hex(std::string_view text);
// docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html,
// "Calculating the MD5 message digest for message attributes".
std::string md5_of(const MessageAttributes& attributes);
std::string md5_of(const std::map<std::string, MessageSystemAttributeValue>& attributes);

}  // namespace orrery::sqs
