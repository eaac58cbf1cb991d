#include "services/scheduler/target.h"

#include "base/arn.h"
#include "base/encode.h"
#include "services/scheduler/request_json.h"
#include "wire/protocol.h"

#include <algorithm>

namespace orrery::scheduler {
namespace {

Failure not_valid(std::string message) { return fail(api_error("ValidationException", std::move(message))); }

// SDK service identifiers that differ from the names here.
constexpr std::string_view kSdkNames[][2] = {{"eventbridge", "events"}, {"cloudwatchlogs", "logs"}};

std::string_view service_id(std::string_view sdk_name) {
  for (const auto& [sdk, here] : kSdkNames) {
    if (sdk_name == sdk) return here;
    if (sdk_name == here) return {};  // no identifier of an SDK
  }
  return sdk_name;
}

// "EventBridge Scheduler does not support read-only API actions … that begin with the following list of prefixes."
bool read_only(std::string_view action) {
  static constexpr std::string_view kPrefixes[] = {"get",
                                                   "describe",
                                                   "list",
                                                   "poll",
                                                   "receive",
                                                   "search",
                                                   "scan",
                                                   "query",
                                                   "select",
                                                   "read",
                                                   "lookup",
                                                   "discover",
                                                   "validate",
                                                   "batchGet",
                                                   "adminGet",
                                                   "adminList",
                                                   "batchDescribe",
                                                   "batchRead",
                                                   "transactGet",
                                                   "retrieve",
                                                   "testMigration",
                                                   "testConnection",
                                                   "translateDocument",
                                                   "isAuthorized",
                                                   "invokeModel"};
  return std::ranges::any_of(kPrefixes, [&](std::string_view prefix) {
    if (!action.starts_with(prefix)) return false;
    const char next = action.size() > prefix.size() ? action[prefix.size()] : 'A';
    return next < 'a' || next > 'z';  // "list" and "listTables", not "listen"
  });
}

bool same_operation(std::string_view action, std::string_view name) {
  if (action.empty() || action.size() != name.size() || action[0] < 'a' || action[0] > 'z') return false;
  return action[0] - 'a' + 'A' == name[0] && action.substr(1) == name.substr(1);
}

struct Found {
  const Service* service = nullptr;
  const Operation* operation = nullptr;
};

Result<Found> find_action(std::span<const Service> services, const Target& target, std::string_view sdk_name,
                          std::string_view action) {
  const std::string_view id = service_id(sdk_name);
  const auto service = std::ranges::find_if(services, [&](const Service& s) { return s.model->id == id; });
  if (service == services.end()) {
    return not_valid("Orrery has no service " + std::string(sdk_name) + ": the target " + target.Arn +
                     " would never be invoked.");
  }
  if (read_only(action)) {
    return not_valid("The target " + target.Arn + " is not supported: the action only reads.");
  }
  const auto& rows = service->operations;
  const auto row = std::ranges::find_if(rows, [&](const Operation& o) { return same_operation(action, o.name); });
  if (row == rows.end()) {
    return not_valid("Orrery has no operation " + std::string(action) + " of " + std::string(sdk_name) +
                     ": the target " + target.Arn + " would never be invoked.");
  }
  return Found{&*service, &*row};
}

Result<json::value> parse_request(const std::string& text) {
  auto parsed = parse_json(text.empty() ? "{}" : text);
  if (!parsed || !parsed->is_object()) return fail(invalid_request("Request payload is not a JSON object."));
  return *std::move(parsed);
}

// The function's name with its qualifier, and the payload: of Lambda's Invoke as a universal target. The scheduler
// makes nothing of the function's answer, so each invocation is queued.
Result<Invocation> queued_invocation(const json::value& request) {
  const std::string type(find_string(request, "InvocationType").value_or("Event"));
  if (type == "DryRun") return fail(invalid_request("A dry run invokes nothing."));
  for (const char* name : {"ClientContext", "DurableExecutionName", "TenantId"}) {
    if (find(request, name) == nullptr) continue;
    return fail(invalid_request(std::string("Orrery does not pass on the field '") + name + "'."));
  }
  std::string function(find_string(request, "FunctionName").value_or(""));
  if (const auto qualifier = find_string(request, "Qualifier")) function += ":" + std::string(*qualifier);
  Invocation invocation;
  invocation.service = "lambda";
  invocation.operation = "InvokeAsync";
  invocation.input =
      json::object{{"FunctionName", function}, {"InvokeArgs", find_string(request, "Payload").value_or(base64("{}"))}};
  return invocation;
}

Result<Invocation> universal(std::span<const Service> services, const Target& target, std::string_view path,
                             const std::string& input) {
  const auto colon = path.find(':');
  if (colon == std::string_view::npos) return not_valid("Provided Arn " + target.Arn + " is not in correct format.");
  const std::string_view action = path.substr(colon + 1);
  const Found found = TRY(find_action(services, target, path.substr(0, colon), action));
  json::value request = TRY(parse_request(input));

  Invocation invocation;
  invocation.service = found.service->model->id;
  invocation.operation = found.operation->name;
  const bool invoke = invocation.service == "lambda" && invocation.operation == "Invoke";
  if (found.operation->kind == OperationKind::Waiting && !invoke) {
    return not_valid("The target " + target.Arn + " is not supported: the operation takes longer than a transaction.");
  }
  if (found.operation->kind == OperationKind::Receiving) {
    const json::value* body = find(request, "Body");
    const json::string* text = body == nullptr ? nullptr : body->if_string();
    invocation.payload = text != nullptr ? std::string(*text) : body != nullptr ? to_text(*body) : std::string();
    request.as_object().erase("Body");
  }
  invocation.input = TRY(fit_request(found.operation->input_shape(), request));
  if (invoke) invocation = TRY(queued_invocation(invocation.input));
  const ErasedValue value = found.operation->make_input();
  if (!invoke) {
    const auto read = wire::from_document(found.operation->input_shape(), invocation.input, value.get(), true);
    if (!read) return fail(invalid_request(read.error().message));
  }
  invocation.label = path;
  return invocation;
}

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

// Parameters of templates: each for its own kind of target.
Result<> check_parameters(const Target& target, bool bus) {
  const auto refuse = [&](const char* name) {
    return not_valid(std::string(name) + " is not supported for the target " + target.Arn + ".");
  };
  if (target.EventBridgeParameters && !bus) return refuse("EventBridgeParameters");
  if (target.EcsParameters) return refuse("EcsParameters");
  if (target.KinesisParameters) return refuse("KinesisParameters");
  if (target.SageMakerPipelineParameters) return refuse("SageMakerPipelineParameters");
  if (target.SqsParameters) return refuse("SqsParameters");
  if (target.EventBridgePutEventsV2Parameters) return refuse("EventBridgePutEventsV2Parameters");
  if (target.EventBridgePutRawEventsParameters) return refuse("EventBridgePutRawEventsParameters");
  return {};
}

}  // namespace

Result<Invocation> invocation_of(std::span<const Service> services, const Target& target,
                                 const Attributes& attributes) {
  const auto arn = Arn::parse(target.Arn);
  if (!arn) return not_valid("Provided Arn " + target.Arn + " is not in correct format.");
  const std::string given = substitute(target.Input.value_or(""), attributes);
  constexpr std::string_view kUniversal = "aws-sdk:";
  const bool bus = arn->service == "events" && arn->resource.starts_with("event-bus/");
  TRY(check_parameters(target, bus));
  if (arn->service == "scheduler" && arn->resource.starts_with(kUniversal)) {
    return universal(services, target, std::string_view(arn->resource).substr(kUniversal.size()), given);
  }
  const std::string input = given.empty() ? notification(attributes) : given;
  if (bus) return bus_target(target, *arn, input);
  if (arn->service == "lambda" && arn->resource.starts_with("function:")) return function_target(target, *arn, input);
  return not_valid("Orrery has no service " + arn->service + " for schedules: the target " + target.Arn +
                   " would never be invoked.");
}

}  // namespace orrery::scheduler
