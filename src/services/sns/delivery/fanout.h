// From a topic to its subscriptions.
#pragma once

#include "services/sns/delivery/parcel.h"
#include "services/sns/sns.h"

namespace orrery::sns {

inline constexpr std::string_view kPublish = "sns.publish";
inline constexpr std::string_view kFifo = "sns.fifo";
inline constexpr std::string_view kDuplicateTimer = "sns.duplicate";
inline constexpr std::string_view kTokenTimer = "sns.token";

// Into the outbox, in the transaction that accepts it. `sequence`: of FIFO topics.
Result<> post_published(Sns& sns, Transaction& tx, const TopicName& topic, const Published& published,
                        std::uint64_t sequence);

// The handlers of the messages: one for a topic's subscriptions, a FIFO topic's one for one subscription.
Result<Delivered> fan_out(Sns& sns, Transaction& tx, const Message& message);
Result<Delivered> pump(Sns& sns, Transaction& tx, const Message& message);

}  // namespace orrery::sns
