// Where subscription filters send events: functions, in the service's own name, and streams of Kinesis and Firehose, in
// the name of the filter's role.
#pragma once

#include "services/logs/logs.h"
#include "services/logs/records.h"
#include "shapes/logs.h"

namespace orrery::logs {

// Who gets a batch, and on whose behalf.
struct Subscriber {
  std::string destination_arn, role_arn;
  std::string account, group;  // of the log group
  std::string partition_key;   // of Kinesis
};

// Where the filter is to send events. Errors: InvalidParameterException, also when events would not get there: a
// function must have given its permission, a stream gets a test message.
Result<> check_destination(Logs& logs, Call& call, Transaction& tx, const PutSubscriptionFilterRequest& input,
                           const GroupRecord& group);
// `data`: the gzipped document of the events, in base64. Errors are those of the destination's service.
Result<> hand_over(Logs& logs, Transaction& tx, const Subscriber& subscriber, const std::string& data);

// "all of the events of a log stream go to the same shard", or each batch to another one.
std::string partition_key(const SubscriptionFilter& filter, const std::string& stream, const std::string& event_id);

}  // namespace orrery::logs
