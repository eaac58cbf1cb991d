#include "services/scheduler/target.h"

#include "base/arn.h"
#include "base/encode.h"
#include "services/scheduler/stream_target.h"

namespace orrery::scheduler {
namespace {

// What a target gets that has no input of its own: docs.aws.amazon.com/scheduler/latest/APIReference/API_Target.html,
// "Input": "EventBridge Scheduler delivers a default notification to the target".
std::string notification(const Attributes& attributes) {
  const Arn arn = Arn::parse(attributes.schedule_arn).value_or(Arn());
  return json::serialize(json::object{{"version", "0"},
                                      {"id", event_id(attributes)},
                                      {"detail-type", "Scheduled Event"},
                                      {"source", "aws.scheduler"},
                                      {"account", arn.account},
                                      {"time", iso8601_seconds(attributes.scheduled)},
                                      {"region", arn.region},
                                      {"resources", json::array{attributes.schedule_arn}},
                                      {"detail", "{}"}});
}

Result<> check_json(const std::string& input, std::string_view kind) {
  if (parse_json(input)) return {};
  return not_valid("The Input of " + std::string(kind) + " target must be well-formed JSON.");
}

Result<Invocation> function_target(const Target& target, const Arn& arn, const std::string& input) {
  TRY(check_json(input, "a Lambda"));
  Invocation invocation;
  invocation.service = "lambda";
  invocation.operation = "InvokeAsync";
  invocation.input = json::object{{"FunctionName", target.Arn}, {"InvokeArgs", base64(input)}};
  invocation.label = "lambda:" + arn.resource;
  return invocation;
}

Result<Invocation> bus_target(const Target& target, const Arn& arn, const std::string& input) {
  TRY(check_json(input, "an EventBridge"));
  if (!target.EventBridgeParameters) {
    return not_valid("EventBridgeParameters is required for the target " + target.Arn + ".");
  }
  Invocation invocation;
  invocation.service = "events";
  invocation.operation = "PutEvents";
  invocation.input = json::object{{"Entries", json::array{json::object{
                                                  {"Source", target.EventBridgeParameters->Source},
                                                  {"DetailType", target.EventBridgeParameters->DetailType},
                                                  {"Detail", input},
                                                  {"EventBusName", target.Arn},
                                              }}}};
  invocation.label = "events:" + arn.resource;
  return invocation;
}

Result<Invocation> queue_target(const Target& target, const Arn& arn, const std::string& input) {
  const bool fifo = arn.resource.ends_with(".fifo");
  const bool group = target.SqsParameters && target.SqsParameters->MessageGroupId;
  if (fifo && !group) return not_valid("SqsParameters is required for the FIFO queue " + target.Arn + ".");
  Invocation invocation;
  invocation.service = "sqs";
  invocation.operation = "SendMessage";
  json::object message{{"QueueUrl", "http://sqs." + arn.region + ".localhost/" + arn.account + "/" + arn.resource},
                       {"MessageBody", input}};
  if (group) message["MessageGroupId"] = *target.SqsParameters->MessageGroupId;
  invocation.input = std::move(message);
  invocation.label = "sqs:" + arn.resource;
  return invocation;
}

Invocation topic_target(const Target& target, const Arn& arn, const std::string& input) {
  Invocation invocation;
  invocation.service = "sns";
  invocation.operation = "Publish";
  invocation.input = json::object{{"TopicArn", target.Arn}, {"Message", input}};
  invocation.label = "sns:" + arn.resource;
  return invocation;
}

// Parameters of templates: each for its own kind of target.
Result<> check_parameters(const Target& target, const Arn& arn, bool bus, bool queue) {
  const auto refuse = [&](const char* name) {
    return not_valid(std::string(name) + " is not supported for the target " + target.Arn + ".");
  };
  if (target.EventBridgeParameters && !bus) return refuse("EventBridgeParameters");
  if (target.EcsParameters) return refuse("EcsParameters");
  if (target.KinesisParameters && arn.service != "kinesis") return refuse("KinesisParameters");
  if (target.SageMakerPipelineParameters) return refuse("SageMakerPipelineParameters");
  if (target.SqsParameters && !queue) return refuse("SqsParameters");
  if (target.EventBridgePutEventsV2Parameters) return refuse("EventBridgePutEventsV2Parameters");
  if (target.EventBridgePutRawEventsParameters) return refuse("EventBridgePutRawEventsParameters");
  return {};
}

}  // namespace

std::string payload_of(const Target& target, const Attributes& attributes) {
  std::string given = substitute(target.Input.value_or(""), attributes);
  if (!given.empty()) return given;
  const auto arn = Arn::parse(target.Arn);
  return arn && universal::path_of(*arn) ? "{}" : notification(attributes);
}

Result<Invocation> invocation_of(std::span<const Service> services, const Target& target,
                                 const Attributes& attributes) {
  const auto arn = Arn::parse(target.Arn);
  if (!arn) return not_valid("Provided Arn " + target.Arn + " is not in correct format.");
  const std::string given = substitute(target.Input.value_or(""), attributes);
  const bool bus = arn->service == "events" && arn->resource.starts_with("event-bus/");
  const bool queue = arn->service == "sqs" && !arn->resource.empty();
  TRY(check_parameters(target, *arn, bus, queue));
  if (const auto path = universal::path_of(*arn)) return universal::invocation_of(services, target.Arn, *path, given);
  const std::string input = given.empty() ? notification(attributes) : given;
  if (bus) return bus_target(target, *arn, input);
  if (queue) return queue_target(target, *arn, input);
  if (arn->service == "lambda" && arn->resource.starts_with("function:")) return function_target(target, *arn, input);
  if (arn->service == "sns") return topic_target(target, *arn, input);
  if (is_stream(*arn)) return stream_target(target, *arn, input);
  return not_valid("Orrery has no service " + arn->service + " for schedules: the target " + target.Arn +
                   " would never be invoked.");
}

bool same_each_time(const Target& target) {
  return target.Input && !target.Input->empty() && !has_keywords(*target.Input);
}

}  // namespace orrery::scheduler
