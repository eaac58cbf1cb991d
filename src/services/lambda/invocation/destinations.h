// Where results and failures of invocations go: SQS, SNS, Lambda, EventBridge and (failures) S3, in the name of the
// function's execution role (docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html). What is sent
// is a message of its own first: it is delivered if and only if the transaction that ends the invocation commits.
#pragma once

#include "functions/invocation.h"
#include "services/lambda/lambda.h"
#include "services/lambda/records.h"

#include <map>
#include <string>

namespace orrery::lambda {

enum class DestinationUse : std::uint8_t { Success, Failure, StreamFailure, DeadLetter };

struct DestinationOwner {
  FunctionName name;
  std::string role_arn;
};

// That `arn` (empty: none) can be a destination, is not the function itself, and that the role may send to it. Error:
// InvalidParameterValueException.
Result<> check_destination(Lambda& lambda, const Call& call, Transaction& tx, const DestinationOwner& owner,
                           const std::string& arn, DestinationUse use);

// That `arn` (empty: none) is one of a standard queue or topic, and that the role may send to it. Error:
// InvalidParameterValueException.
Result<> check_dead_letters(Lambda& lambda, const Call& call, Transaction& tx, const DestinationOwner& owner,
                            const std::string& arn);

struct Parcel {
  std::string id;  // unique: of the invocation, and what for
  std::string destination;
  std::string body;
  DestinationUse use = DestinationUse::Failure;
  FunctionName name;
  std::string role_arn;
  std::string trace_id;
  std::string object_key;                         // of an S3 destination
  std::map<std::string, std::string> attributes;  // of a dead letter
};
Result<> post_parcel(Lambda& lambda, Transaction& tx, const Parcel& parcel, Instant due);

// "aws/lambda/async/FUNCTION/2026/03/01/2026-03-01T17.00.00-UUID"
std::string object_key(std::string_view folder, Instant at, std::string_view id);

void register_destinations(Lambda& lambda);

}  // namespace orrery::lambda
