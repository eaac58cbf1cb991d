// To HTTP endpoints (docs.aws.amazon.com/sns/latest/dg/sns-http-https-endpoint-as-subscriber.html).
#pragma once

#include "services/sns/delivery/parcel.h"
#include "services/sns/sns.h"

namespace orrery::sns {

inline constexpr int kAtOncePerEndpoint = 8;

// The handler of "sns.http/SUBSCRIPTION".
void deliver_outside(Sns& sns, const Message& message, std::function<void(Delivered)> done);

}  // namespace orrery::sns
