// One message to one queue, function or delivery stream, within a transaction; and to a dead-letter queue.
#pragma once

#include "services/sns/delivery/parcel.h"
#include "services/sns/sns.h"

#include <optional>
#include <string>

namespace orrery::sns {

// As the topic says, or 1.
Result<SignatureVersion> signature_version(Reader& reader, const TopicName& topic);

// Errors are those of the endpoint's service.
Result<> hand_over(Sns& sns, Transaction& tx, const Parcel& parcel);
// "Client-side errors … are not retried": what would fail the next time as well
// (docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html).
bool permanent(const Error& error);

// To the queue of the subscription's RedrivePolicy, where it has one; what became of it, for the report. An error: it
// is worth another try.
Result<std::string> give_up(Sns& sns, Transaction& tx, const Parcel& parcel, const std::string& why);

// The subscription as it is when a message is tried again: it may have changed, or gone (nullopt).
Result<std::optional<Parcel>> renewed(Reader& reader, Parcel parcel);

// "topic orders -> lambda export"
std::string shown(const Parcel& parcel);

// The handler of "sns.deliver".
Result<Delivered> deliver(Sns& sns, Transaction& tx, const Message& message);

}  // namespace orrery::sns
