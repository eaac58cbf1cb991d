#include "services/universal/universal.h"

#include "base/encode.h"
#include "services/universal/request_json.h"
#include "wire/protocol.h"

#include <algorithm>

namespace orrery::universal {
namespace {

constexpr std::string_view kPrefix = "aws-sdk:";

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

Result<Found> find_action(std::span<const Service> services, const std::string& arn, std::string_view sdk_name,
                          std::string_view action) {
  const std::string_view id = service_id(sdk_name);
  const auto service = std::ranges::find_if(services, [&](const Service& s) { return s.model->id == id; });
  if (service == services.end()) {
    return not_valid("Orrery has no service " + std::string(sdk_name) + ": the target " + arn +
                     " would never be invoked.");
  }
  if (read_only(action)) {
    return not_valid("The target " + arn + " is not supported: the action only reads.");
  }
  const auto& rows = service->operations;
  const auto row = std::ranges::find_if(rows, [&](const Operation& o) { return same_operation(action, o.name); });
  if (row == rows.end()) {
    return not_valid("Orrery has no operation " + std::string(action) + " of " + std::string(sdk_name) +
                     ": the target " + arn + " would never be invoked.");
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

// Lambda's Invoke waits for the function; as a target it is queued.
bool is_invoke(const Found& found) { return found.service->model->id == "lambda" && found.operation->name == "Invoke"; }

Result<Found> find_target(std::span<const Service> services, const std::string& arn, std::string_view path) {
  const auto colon = path.find(':');
  if (colon == std::string_view::npos) return not_valid("Provided Arn " + arn + " is not in correct format.");
  const Found found = TRY(find_action(services, arn, path.substr(0, colon), path.substr(colon + 1)));
  if (found.operation->kind == OperationKind::Waiting && !is_invoke(found)) {
    return not_valid("The target " + arn + " is not supported: the operation takes longer than a transaction.");
  }
  return found;
}

Result<> first_failure(const json::value& answer) {
  if (find_int(answer, "FailedEntryCount").value_or(0) == 0) return {};
  const json::value* entries = find(answer, "Entries");
  if (entries == nullptr || !entries->is_array() || entries->get_array().empty()) return {};
  const json::value& entry = entries->get_array()[0];
  return fail(api_error(find_string(entry, "ErrorCode").value_or("InternalFailure"),
                        std::string(find_string(entry, "ErrorMessage").value_or(""))));
}

}  // namespace

std::optional<std::string> path_of(const Arn& arn) {
  if (arn.service != "scheduler" || !arn.resource.starts_with(kPrefix)) return std::nullopt;
  return arn.resource.substr(kPrefix.size());
}

Result<> check(std::span<const Service> services, const std::string& arn, std::string_view path) {
  TRY(find_target(services, arn, path));
  return {};
}

Result<Invocation> invocation_of(std::span<const Service> services, const std::string& arn, std::string_view path,
                                 const std::string& request_text) {
  const Found found = TRY(find_target(services, arn, path));
  json::value request = TRY(parse_request(request_text));

  Invocation invocation;
  invocation.service = found.service->model->id;
  invocation.operation = found.operation->name;
  if (found.operation->kind == OperationKind::Receiving) {
    const json::value* body = find(request, "Body");
    const json::string* text = body == nullptr ? nullptr : body->if_string();
    invocation.payload = text != nullptr ? std::string(*text) : body != nullptr ? to_text(*body) : std::string();
    request.as_object().erase("Body");
  }
  invocation.input = TRY(fit_request(found.operation->input_shape(), request));
  if (is_invoke(found)) invocation = TRY(queued_invocation(invocation.input));
  invocation.label = path;
  return invocation;
}

Result<> check_input(std::span<const Service> services, const Invocation& invocation) {
  const auto service =
      std::ranges::find_if(services, [&](const Service& s) { return s.model->id == invocation.service; });
  if (service == services.end()) return fail(internal_error("no service " + invocation.service));
  const auto operation = std::ranges::find(service->operations, invocation.operation, &Operation::name);
  if (operation == service->operations.end()) return fail(internal_error("no operation " + invocation.operation));
  const ErasedValue value = operation->make_input();
  const auto read = wire::from_document(operation->input_shape(), invocation.input, value.get(), true);
  if (!read) return fail(invalid_request(read.error().message));
  return {};
}

Result<> carry_out(Dispatcher& dispatcher, Transaction& tx, const Caller& caller, const Invocation& invocation) {
  if (invocation.payload) {
    TRY(dispatcher.upload(tx, caller, invocation.service, invocation.operation, invocation.input, *invocation.payload));
    return {};
  }
  const json::value answer =
      TRY(dispatcher.dispatch(tx, caller, invocation.service, invocation.operation, invocation.input));
  return invocation.operation == "PutEvents" ? first_failure(answer) : Result<>();
}

}  // namespace orrery::universal
