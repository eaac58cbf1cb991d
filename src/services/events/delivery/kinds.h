// The kinds of targets that there are here.
#pragma once

#include "base/arn.h"
#include "services/dispatcher.h"
#include "services/events/events.h"
#include "services/events/records.h"

#include <optional>
#include <string>

namespace orrery::events {

enum class TargetKind : std::uint8_t {
  Function,
  Bus,
  LogGroup,
  ApiDestination,
  Queue,
  Topic,
  DataStream,      // of Kinesis
  DeliveryStream,  // of Firehose
  Universal,       // an operation of a service (services/universal/)
};

// nullopt: of a kind that Orrery does not have.
std::optional<TargetKind> kind_of(const Arn& arn);

// One event for one target.
struct Handover {
  std::string rule_arn, rule_name;
  BusName bus;  // the rule's
  const Target& target;
  std::string payload;  // what the target's input settings make of the event
  std::string event;    // the envelope
  std::string trace_id;
};

// Who a session of the role is, for whoever acts in the rule's name. Nothing stays of it in `tx`.
Result<auth::Principal> assume(Events& events, Transaction& tx, const Handover& handover, const std::string& role_arn);

// Whether what the target gets leaves the server: it is not given within a transaction then (destinations/invoking.h).
bool goes_outside(std::string_view target_arn);

// Gives it to the target, within the transaction. Errors are those of the target's service.
Result<> hand_over(Events& events, Transaction& tx, TargetKind kind, const Handover& handover);

// "function export", as reports name the target.
std::string shown_target(const std::string& target_arn);

}  // namespace orrery::events
