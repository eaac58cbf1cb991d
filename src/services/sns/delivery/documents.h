// What endpoints get to see (docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html).
#pragma once

#include "services/sns/delivery/parcel.h"
#include "services/sns/sns.h"

#include <string>

namespace orrery::sns {

// The JSON document of a notification or confirmation, for queues and HTTP endpoints. That of a FIFO topic's message
// has a sequence number and no signature, that of a delivery stream no signature.
Result<std::string> document_of(Sns& sns, const Parcel& parcel, SignatureVersion version);
// The event of a function.
Result<std::string> function_event(Sns& sns, const Parcel& parcel, SignatureVersion version);

// The message that a confirmation has.
std::string invitation(const TopicName& topic);
std::string farewell(const SubscriptionRecord& subscription);

}  // namespace orrery::sns
