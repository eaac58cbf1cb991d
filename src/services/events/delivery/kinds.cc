#include "services/events/delivery/kinds.h"

#include "base/encode.h"
#include "base/json.h"
#include "services/events/delivery/streams.h"
#include "services/queue_letter.h"
#include "services/role_session.h"
#include "services/universal/universal.h"

namespace orrery::events {
namespace {

constexpr std::string_view kFunction = "function:";
constexpr std::string_view kBus = "event-bus/";
constexpr std::string_view kLogGroup = "log-group:";
constexpr std::string_view kApiDestination = "api-destination/";
constexpr std::string_view kDataStream = "stream/";
constexpr std::string_view kDeliveryStream = "deliverystream/";
constexpr std::string_view kItself = "events.amazonaws.com";

Caller caller_for(const Handover& handover) {
  Caller caller;
  caller.account = handover.bus.account;
  caller.region = handover.bus.region;
  caller.source_arn = handover.rule_arn;
  caller.trace_id = handover.trace_id;
  return caller;
}

Caller service_itself(const Handover& handover) {
  Caller caller = caller_for(handover);
  caller.principal.kind = auth::Principal::Kind::Service;
  caller.principal.arn = kItself;
  return caller;
}

Result<> to_function(Events& events, Transaction& tx, const Handover& handover) {
  TRY(events.dispatcher.dispatch(
      tx, service_itself(handover), "lambda", "InvokeAsync",
      json::object{{"FunctionName", handover.target.Arn}, {"InvokeArgs", base64(handover.payload)}}));
  return {};
}

// In the name of the target's role, or of the rule's account: the other bus's policy, and the role's, have to allow
// events:PutEvents. A rule hands over the whole envelope (see put_events): the event stays the same.
Result<> to_bus(Events& events, Transaction& tx, const Handover& handover) {
  Caller caller = caller_for(handover);
  if (handover.target.RoleArn) {
    caller.principal = TRY(assume(events, tx, handover, *handover.target.RoleArn));
  } else {
    caller.principal.kind = auth::Principal::Kind::Root;
    caller.principal.account = handover.bus.account;
    caller.principal.arn = "arn:aws:iam::" + handover.bus.account + ":root";
    caller.principal.user_id = handover.bus.account;
  }
  caller.region = Arn::parse(handover.target.Arn)->region;
  const json::value event = TRY(parse_json(handover.event));
  json::object entry{{"EventBusName", handover.target.Arn}, {"Detail", handover.event}};
  entry["Source"] = find_string(event, "source").value_or("");
  entry["DetailType"] = find_string(event, "detail-type").value_or("");
  universal::Invocation invocation;
  invocation.service = "events";
  invocation.operation = "PutEvents";
  invocation.input = json::object{{"Entries", json::array{std::move(entry)}}};
  return universal::carry_out(events.dispatcher, tx, caller, invocation);
}

// As the service itself, which the topic's policy has to let in, or in the name of the target's role
// (docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions).
Result<> to_topic(Events& events, Transaction& tx, const Handover& handover) {
  Caller caller = service_itself(handover);
  if (handover.target.RoleArn) caller.principal = TRY(assume(events, tx, handover, *handover.target.RoleArn));
  caller.region = Arn::parse(handover.target.Arn)->region;
  TRY(events.dispatcher.dispatch(tx, caller, "sns", "Publish",
                                 json::object{{"TopicArn", handover.target.Arn}, {"Message", handover.payload}}));
  return {};
}

// In the name of the target's role.
Result<> to_operation(Events& events, Transaction& tx, const Handover& handover) {
  const auto arn = Arn::parse(handover.target.Arn);
  const auto invocation = TRY(universal::invocation_of(events.services, handover.target.Arn,
                                                       universal::path_of(*arn).value_or(""), handover.payload));
  Caller caller = caller_for(handover);
  caller.principal = TRY(assume(events, tx, handover, handover.target.RoleArn.value_or("")));
  return universal::carry_out(events.dispatcher, tx, caller, invocation);
}

// As the service itself, which the queue's policy has to let in, or in the name of the target's role. A FIFO queue has
// to deduplicate by content (docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html).
Result<> to_queue(Events& events, Transaction& tx, const Handover& handover) {
  Caller caller = service_itself(handover);
  if (handover.target.RoleArn) caller.principal = TRY(assume(events, tx, handover, *handover.target.RoleArn));
  QueueLetter letter{handover.target.Arn, handover.payload, {}, {}};
  if (handover.target.SqsParameters) letter.group = handover.target.SqsParameters->MessageGroupId.value_or("");
  return send_letter(events.dispatcher, tx, caller, letter);
}

struct LogLine {
  std::int64_t time_ms = 0;
  std::string message;
};

// An input template for a log group makes {"timestamp": …, "message": …}; anything else is a message as a whole, at the
// event's own time (docs.aws.amazon.com/eventbridge/latest/userguide/eb-target-cloudwatch-logs.html).
LogLine log_line(const Handover& handover) {
  const auto payload = parse_json(handover.payload);
  if (payload) {
    const auto time = find_int(*payload, "timestamp");
    const json::value* message = find(*payload, "message");
    if (time && message != nullptr) {
      return {*time, message->is_string() ? std::string(message->get_string()) : to_text(*message)};
    }
  }
  LogLine line{0, handover.payload};
  if (const auto event = parse_json(handover.event)) {
    const auto time = parse_iso8601(find_string(*event, "time").value_or(""));
    if (time) line.time_ms = epoch_ms(*time);
  }
  return line;
}

// As the service itself, which the log group's resource policy has to let in.
Result<> to_log_group(Events& events, Transaction& tx, const Handover& handover) {
  const auto arn = Arn::parse(handover.target.Arn);
  std::string group = arn->resource.substr(kLogGroup.size());
  if (group.ends_with(":*")) group.resize(group.size() - 2);
  Caller caller = service_itself(handover);
  caller.account = arn->account;
  caller.region = arn->region;
  const json::object place{{"logGroupName", group}, {"logStreamName", handover.rule_name}};
  const auto made = events.dispatcher.dispatch(tx, caller, "logs", "CreateLogStream", place);
  if (!made && made.error().code != "ResourceAlreadyExistsException") return fail(made.error());
  const LogLine line = log_line(handover);
  json::object batch = place;
  batch["logEvents"] = json::array{json::object{{"timestamp", line.time_ms}, {"message", line.message}}};
  TRY(events.dispatcher.dispatch(tx, caller, "logs", "PutLogEvents", batch));
  return {};
}

}  // namespace

Result<auth::Principal> assume(Events& events, Transaction& tx, const Handover& handover, const std::string& role_arn) {
  return assume_role(events.dispatcher, tx, service_itself(handover), role_arn, "EventBridge");
}

bool goes_outside(std::string_view target_arn) {
  const auto arn = Arn::parse(target_arn);
  return arn && kind_of(*arn) == TargetKind::ApiDestination;
}

std::optional<TargetKind> kind_of(const Arn& arn) {
  if (arn.service == "lambda" && arn.resource.starts_with(kFunction)) return TargetKind::Function;
  if (arn.service == "events" && arn.resource.starts_with(kBus)) return TargetKind::Bus;
  if (arn.service == "logs" && arn.resource.starts_with(kLogGroup)) return TargetKind::LogGroup;
  if (arn.service == "events" && arn.resource.starts_with(kApiDestination)) return TargetKind::ApiDestination;
  if (arn.service == "sqs" && !arn.resource.empty()) return TargetKind::Queue;
  if (arn.service == "sns" && arn.resource.find_first_of(":/") == std::string::npos) return TargetKind::Topic;
  if (arn.service == "kinesis" && arn.resource.starts_with(kDataStream)) return TargetKind::DataStream;
  if (arn.service == "firehose" && arn.resource.starts_with(kDeliveryStream)) return TargetKind::DeliveryStream;
  if (universal::path_of(arn)) return TargetKind::Universal;
  return std::nullopt;
}

Result<> hand_over(Events& events, Transaction& tx, TargetKind kind, const Handover& handover) {
  switch (kind) {
    case TargetKind::Function:
      return to_function(events, tx, handover);
    case TargetKind::Bus:
      return to_bus(events, tx, handover);
    case TargetKind::LogGroup:
      return to_log_group(events, tx, handover);
    case TargetKind::Queue:
      return to_queue(events, tx, handover);
    case TargetKind::Topic:
      return to_topic(events, tx, handover);
    case TargetKind::DataStream:
      return to_data_stream(events, tx, handover);
    case TargetKind::DeliveryStream:
      return to_delivery_stream(events, tx, handover);
    case TargetKind::Universal:
      return to_operation(events, tx, handover);
    case TargetKind::ApiDestination:
      return fail(internal_error("an API destination is not invoked within a transaction"));
  }
  return {};
}

std::string shown_target(const std::string& target_arn) {
  const auto arn = Arn::parse(target_arn);
  if (!arn) return target_arn;
  if (const auto path = universal::path_of(*arn)) return *path;
  if (arn->service == "sqs") return arn->resource;
  for (const std::string_view prefix : {kFunction, kBus, kLogGroup, kApiDestination, kDataStream, kDeliveryStream}) {
    if (arn->resource.starts_with(prefix)) return arn->resource.substr(prefix.size());
  }
  return target_arn;
}

}  // namespace orrery::events
