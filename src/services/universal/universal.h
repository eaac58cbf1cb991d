// Universal targets of schedules and rules: any operation of a service that changes something, named by
// arn:aws:scheduler:::aws-sdk:SERVICE:operation, with its request in JSON
// (docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html).
#pragma once

#include "base/arn.h"
#include "services/dispatcher.h"
#include "services/operation.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace orrery::universal {

// An operation of a service and its input.
struct Invocation {
  std::string service, operation;      // as the Dispatcher names them
  json::value input;                   // as the Dispatcher takes it
  std::optional<std::string> payload;  // of an operation that takes a stream of bytes
  std::string label;                   // for people: "dynamodb:createBackup", "lambda:function:nightly"
};

// "SERVICE:operation"; nullopt: not a universal target.
std::optional<std::string> path_of(const Arn& arn);

// Errors, all ValidationException: unknown here, only reads, takes longer than a transaction.
Result<> check(std::span<const Service> services, const std::string& arn, std::string_view path);
// `request`: JSON, empty for {}. Errors: those of check(); ValidationException "Invalid RequestJson provided. …".
Result<Invocation> invocation_of(std::span<const Service> services, const std::string& arn, std::string_view path,
                                 const std::string& request);
// That the operation can read its input, which carry_out() otherwise finds out. Error: ValidationException "Invalid
// RequestJson provided. …".
Result<> check_input(std::span<const Service> services, const Invocation& invocation);

// Within `tx`, as `caller`. Errors are those of the operation; of PutEvents, the first of its entries.
Result<> carry_out(Dispatcher& dispatcher, Transaction& tx, const Caller& caller, const Invocation& invocation);

}  // namespace orrery::universal
