#include "services/lambda/invocation/destinations.h"

#include "base/arn.h"
#include "base/encode.h"
#include "base/log.h"
#include "services/lambda/invocation/run.h"
#include "services/lambda/metrics.h"

#include <algorithm>

namespace orrery::lambda {
namespace {

constexpr std::string_view kParcelMessage = "lambda.destination";
// How long a destination that fails by no fault of the configuration is tried.
constexpr Millis kMostPatience = std::chrono::hours(6);

struct Service {
  std::string_view id;         // in ARNs and for the dispatcher
  std::string_view operation;  // by which it takes what it is sent
  std::string_view action;
  std::string_view verb;  // in Lambda's messages
};
constexpr Service kServices[] = {{"sqs", "SendMessage", "sqs:SendMessage", "SendMessage"},
                                 {"sns", "Publish", "sns:Publish", "Publish"},
                                 {"lambda", "InvokeAsync", "lambda:InvokeFunction", "InvokeFunction"},
                                 {"events", "PutEvents", "events:PutEvents", "PutEvents"},
                                 {"s3", "PutObject", "s3:PutObject", "PutObject"}};

const Service* service_of(const Arn& arn) {
  const auto found = std::ranges::find(kServices, std::string_view(arn.service), &Service::id);
  return found == std::end(kServices) ? nullptr : &*found;
}

bool fits(const Service& service, const Arn& arn, DestinationUse use) {
  const bool fifo = arn.resource.ends_with(".fifo");
  switch (use) {
    case DestinationUse::Success:
      return service.id != "s3" && !fifo;
    case DestinationUse::Failure:
      return !fifo;
    case DestinationUse::StreamFailure:
      return !fifo && (service.id == "sqs" || service.id == "sns" || service.id == "s3");
    case DestinationUse::DeadLetter:
      return !fifo && (service.id == "sqs" || service.id == "sns");
  }
  return false;
}

std::string resource_of(const Arn& arn) { return arn.service == "s3" ? arn.text() + "/*" : arn.text(); }

json::object attribute(std::string_view type, const std::string& value) {
  return json::object{{"DataType", type}, {"StringValue", value}};
}

json::object attributes_of(const Parcel& parcel) {
  json::object out;
  for (const auto& [name, value] : parcel.attributes) {
    out[name] = attribute(name == "ErrorCode" ? "Number" : "String", value);
  }
  return out;
}

Result<> send(Lambda& lambda, Transaction& tx, const Parcel& parcel) {
  const auto arn = Arn::parse(parcel.destination);
  const Service* service = arn ? service_of(*arn) : nullptr;
  if (service == nullptr) return fail(api_error("InvalidParameterValueException", "no destination"));
  const Caller caller = as_role(lambda, parcel.name, parcel.role_arn, parcel.trace_id);
  json::object input;
  if (service->id == "s3") {
    input = {{"Bucket", arn->resource}, {"Key", parcel.object_key}, {"ContentType", "application/json"}};
    TRY(lambda.dispatcher.upload(tx, caller, "s3", "PutObject", input, parcel.body));
    return {};
  }
  if (service->id == "sqs") {
    input = {{"QueueUrl", "http://sqs." + arn->region + ".localhost/" + arn->account + "/" + arn->resource},
             {"MessageBody", parcel.body}};
  } else if (service->id == "sns") {
    input = {{"TopicArn", parcel.destination}, {"Message", parcel.body}};
  } else if (service->id == "lambda") {
    input = {{"FunctionName", parcel.destination}, {"InvokeArgs", base64(parcel.body)}};
  } else {
    const bool success = parcel.use == DestinationUse::Success;
    input = {{"Entries", json::array{json::object{{"Source", "lambda"},
                                                  {"DetailType", std::string("Lambda Function Invocation Result - ") +
                                                                     (success ? "Success" : "Failure")},
                                                  {"EventBusName", parcel.destination},
                                                  {"Resources", json::array{json::string(parcel.name.arn())}},
                                                  {"Detail", parcel.body}}}}};
  }
  if (!parcel.attributes.empty()) input["MessageAttributes"] = attributes_of(parcel);
  const json::value answer = TRY(lambda.dispatcher.dispatch(tx, caller, service->id, service->operation, input));
  if (find_int(answer, "FailedEntryCount").value_or(0) > 0) {
    const json::value* entry = find(answer, "Entries");
    const json::value& first = entry->as_array().at(0);
    return fail(api_error(find_string(first, "ErrorCode").value_or(""),
                          std::string(find_string(first, "ErrorMessage").value_or(""))));
  }
  return {};
}

Parcel decode(const json::value& document) {
  const auto text = [&](std::string_view member) { return std::string(find_string(document, member).value_or("")); };
  Parcel parcel;
  parcel.destination = text("destination");
  parcel.body = text("body");
  parcel.use = static_cast<DestinationUse>(find_int(document, "use").value_or(0));
  parcel.name = parse_function_arn(text("function")).value_or(FunctionName{});
  parcel.role_arn = text("role");
  parcel.trace_id = text("trace");
  parcel.object_key = text("key");
  if (const json::value* attributes = find(document, "attributes"); attributes != nullptr && attributes->is_object()) {
    for (const auto& [name, value] : attributes->get_object()) {
      if (value.is_string()) parcel.attributes[name] = std::string(value.get_string());
    }
  }
  return parcel;
}

// A wrong configuration is not tried again; it is said in the server's log, and in the list of what ran.
Result<Delivered> deliver(Lambda& lambda, Transaction& tx, const Message& message) {
  const Parcel parcel = decode(TRY(parse_json(message.payload)));
  Delivered delivered;
  delivered.summary = "result of " + parcel.name.name + " -> " + parcel.destination + ": ";
  const auto sent = send(lambda, tx, parcel);
  if (sent) {
    delivered.summary += "sent";
    return delivered;
  }
  const Error& error = sent.error();
  if (error.kind == Error::Kind::Conflict) return fail(error);
  // Of an attempt that is undone as of the last one.
  publish(lambda, parcel.name,
          parcel.use == DestinationUse::DeadLetter ? "DeadLetterErrors" : "DestinationDeliveryFailures");
  const bool ours = error.kind != Error::Kind::Api || (error.status >= 500 && error.status != 501);
  if (ours && message.due - message.created < kMostPatience) return fail(error);
  log::error("the result of an invocation could not be delivered and is lost",
             {{"function", parcel.name.name}, {"destination", parcel.destination}, {"reason", error.message}});
  delivered.ok = false;
  delivered.summary += "not delivered, " + error.code + ": " + error.message;
  return delivered;
}

}  // namespace

Result<> check_destination(Lambda& lambda, const Call& call, Transaction& tx, const DestinationOwner& owner,
                           const std::string& text, DestinationUse use) {
  if (text.empty()) return {};
  const auto arn = Arn::parse(text);
  const Service* service = arn ? service_of(*arn) : nullptr;
  if (service == nullptr || !fits(*service, *arn, use)) {
    return fail(errors::InvalidParameterValueException("The destination ARN " + text + " is invalid."));
  }
  if (service->id == "lambda") {
    const auto target = parse_function_arn(text);
    if (target && target->arn() == owner.name.arn()) {
      return fail(
          errors::InvalidParameterValueException("You can't specify the function as a destination for itself."));
    }
    if (!target || !TRY(get_function(tx, *target))) {
      return fail(errors::InvalidParameterValueException("The destination ARN " + text + " is invalid."));
    }
  }
  const Caller caller = as_role(lambda, owner.name, owner.role_arn);
  Call as_function;
  as_function.principal = &caller.principal;
  as_function.account = caller.account;
  as_function.region = caller.region;
  as_function.now = call.now;
  auto allowed = call.authorizer->check(tx, as_function, {std::string(service->action), resource_of(*arn), {}});
  if (allowed) return {};
  if (allowed.error().kind != Error::Kind::Api) return allowed;
  if (use == DestinationUse::DeadLetter) {
    return fail(errors::InvalidParameterValueException(
        "The provided execution role does not have permissions to call " + std::string(service->verb) + " on " +
        (service->id == "sqs" ? "SQS" : "SNS")));
  }
  return fail(errors::InvalidParameterValueException(
      "The function's execution role does not have permissions to call " + std::string(service->verb) + " on " + text));
}

Result<> check_dead_letters(Lambda& lambda, const Call& call, Transaction& tx, const DestinationOwner& owner,
                            const std::string& text) {
  if (text.empty()) return {};
  const auto arn = Arn::parse(text);
  const Service* service = arn ? service_of(*arn) : nullptr;
  if (service == nullptr || !fits(*service, *arn, DestinationUse::DeadLetter)) {
    return fail(errors::InvalidParameterValueException(
        "The target ARN " + text +
        " of the dead-letter queue is invalid: it takes a standard SQS queue or SNS topic."));
  }
  return check_destination(lambda, call, tx, owner, text, DestinationUse::DeadLetter);
}

Result<> post_parcel(Lambda& lambda, Transaction& tx, const Parcel& parcel, Instant due) {
  json::object attributes;
  for (const auto& [name, value] : parcel.attributes) attributes[name] = value;
  Message message;
  message.kind = kParcelMessage;
  message.id = parcel.id;
  message.due = due;
  message.created = due;
  message.payload = json::serialize(json::object{{"destination", parcel.destination},
                                                 {"body", parcel.body},
                                                 {"use", static_cast<std::int64_t>(parcel.use)},
                                                 {"function", parcel.name.qualified_arn()},
                                                 {"role", parcel.role_arn},
                                                 {"trace", parcel.trace_id},
                                                 {"key", parcel.object_key},
                                                 {"attributes", std::move(attributes)}});
  return lambda.background.post(tx, message);
}

std::string object_key(std::string_view folder, Instant at, std::string_view id) {
  std::string time = iso8601_seconds(at);  // "2026-03-01T17:00:00Z"
  time.pop_back();
  std::string day = time.substr(0, 10);
  std::ranges::replace(day, '-', '/');
  std::ranges::replace(time, ':', '.');
  return "aws/lambda/" + std::string(folder) + "/" + day + "/" + time + "-" + std::string(id);
}

void register_destinations(Lambda& lambda) {
  lambda.background.on_message(std::string(kParcelMessage), [&lambda](Transaction& tx, const Message& message) {
    return deliver(lambda, tx, message);
  });
}

}  // namespace orrery::lambda
