#include "services/logs/subscriptions/destinations.h"

#include "base/arn.h"
#include "base/encode.h"
#include "services/logs/operations.h"
#include "services/logs/subscriptions/subscriptions.h"
#include "services/role_session.h"

namespace orrery::logs {
namespace {

constexpr std::string_view kItself = "logs.amazonaws.com";
constexpr std::string_view kFunction = "function:", kDataStream = "stream/", kDeliveryStream = "deliverystream/";

bool is_function(const Arn& arn) { return arn.service == "lambda" && arn.resource.starts_with(kFunction); }
bool is_data_stream(const Arn& arn) { return arn.service == "kinesis" && arn.resource.starts_with(kDataStream); }
bool is_delivery_stream(const Arn& arn) {
  return arn.service == "firehose" && arn.resource.starts_with(kDeliveryStream);
}

Result<Arn> destination_in(const std::string& text) {
  auto arn = Arn::parse(text);
  if (!arn) return invalid("destinationArn is not a valid ARN: " + text);
  if (is_function(*arn) || is_data_stream(*arn) || is_delivery_stream(*arn)) return *std::move(arn);
  return invalid("Orrery delivers log events to Lambda functions, Kinesis streams and Firehose streams; there is no " +
                 (arn->service == "logs" ? std::string("logical destination") : arn->service) +
                 " to deliver to: " + text);
}

// The service itself must be allowed to run the function, as the real one finds out when a filter is made.
Result<> check_permission(Call& call, Reader& reader, const std::string& function, const std::string& group) {
  if (call.authorizer == nullptr) return {};
  for (const std::string& name : {std::string(kItself), "logs." + call.region + ".amazonaws.com"}) {
    auth::Principal service;
    service.kind = auth::Principal::Kind::Service;
    service.arn = name;
    Call asking;
    asking.principal = &service;
    asking.account = call.account;
    asking.region = call.region;
    asking.now = call.now;
    asking.request_id = call.request_id;
    asking.source_arn = group_arn(call, group) + ":*";
    asking.authorizer = call.authorizer;
    auto allowed = call.authorizer->check(reader, asking, {"lambda:InvokeFunction", function, {}});
    if (allowed) return {};
    if (allowed.error().kind != Error::Kind::Api) return allowed;
  }
  return invalid(
      "Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your "
      "function.");
}

Caller itself(const Subscriber& subscriber, const Arn& destination) {
  return service_caller(
      kItself, subscriber.account, destination.region,
      make_arn("logs", destination.region, subscriber.account, "log-group:" + subscriber.group + ":*"));
}

Result<> to_function(Logs& logs, Transaction& tx, const Subscriber& subscriber, const Arn& destination,
                     const std::string& data) {
  Caller caller = itself(subscriber, destination);
  const std::string payload = json::serialize(json::object{{"awslogs", json::object{{"data", data}}}});
  const json::object input{{"FunctionName", subscriber.destination_arn}, {"InvokeArgs", base64(payload)}};
  auto answer = logs.dispatcher.dispatch(tx, caller, "lambda", "InvokeAsync", input);
  if (!answer && answer.error().kind == Error::Kind::Api && answer.error().code.starts_with("AccessDenied")) {
    // Permissions may name the Region's own service, as they once had to.
    caller.principal.arn = "logs." + caller.region + ".amazonaws.com";
    answer = logs.dispatcher.dispatch(tx, caller, "lambda", "InvokeAsync", input);
  }
  if (!answer) return fail(std::move(answer).error());
  return {};
}

Result<> to_stream(Logs& logs, Transaction& tx, const Subscriber& subscriber, const Arn& destination,
                   const std::string& data) {
  Caller caller = itself(subscriber, destination);
  caller.principal = TRY(assume_role(logs.dispatcher, tx, caller, subscriber.role_arn, "CloudWatchLogs"));
  json::object input;
  if (is_data_stream(destination)) {
    input = {{"StreamARN", subscriber.destination_arn}, {"PartitionKey", subscriber.partition_key}, {"Data", data}};
  } else {
    input = {{"DeliveryStreamName", destination.resource.substr(kDeliveryStream.size())},
             {"Record", json::object{{"Data", data}}}};
  }
  TRY(logs.dispatcher.dispatch(tx, caller, destination.service, "PutRecord", input));
  return {};
}

// docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html: "CONTROL_MESSAGE … mainly for checking if
// the destination is reachable".
Result<> send_test_message(Logs& logs, Transaction& tx, const Subscriber& subscriber, const Arn& destination,
                           Instant now) {
  const std::string kind = is_data_stream(destination) ? "Kinesis" : "Firehose";
  const json::object event{{"id", ""},
                           {"timestamp", epoch_ms(now)},
                           {"message", "CWL CONTROL MESSAGE: Checking health of destination " + kind + "."}};
  const std::string data = zipped_document(json::object{{"messageType", "CONTROL_MESSAGE"},
                                                        {"owner", "CloudwatchLogs"},
                                                        {"logGroup", ""},
                                                        {"logStream", ""},
                                                        {"subscriptionFilters", json::array()},
                                                        {"logEvents", json::array{event}}});
  Result<> sent = hand_over(logs, tx, subscriber, data);
  if (sent || sent.error().kind != Error::Kind::Api) return sent;
  return invalid("Could not deliver test message to specified " + kind + " stream. Check if the given " + kind +
                 " stream is in ACTIVE state. (" + sent.error().code + ": " + sent.error().message + ")");
}

}  // namespace

Result<> check_destination(Logs& logs, Call& call, Transaction& tx, const PutSubscriptionFilterRequest& input,
                           const GroupRecord& group) {
  const Arn destination = TRY(destination_in(input.destinationArn));
  if (destination.account != call.account || destination.region != call.region) {
    return invalid("destinationArn must be of the log group's account and Region.");
  }
  if (is_function(destination)) return check_permission(call, tx, input.destinationArn, group.name);
  if (!input.roleArn) {
    return invalid("destinationArn for vendor " + destination.service + " cannot be used without roleArn");
  }
  return send_test_message(logs, tx, {input.destinationArn, *input.roleArn, call.account, group.name, "test"},
                           destination, call.now);
}

Result<> hand_over(Logs& logs, Transaction& tx, const Subscriber& subscriber, const std::string& data) {
  const auto destination = Arn::parse(subscriber.destination_arn);
  if (!destination) return invalid("destinationArn is not a valid ARN: " + subscriber.destination_arn);
  if (is_function(*destination)) return to_function(logs, tx, subscriber, *destination, data);
  return to_stream(logs, tx, subscriber, *destination, data);
}

std::string partition_key(const SubscriptionFilter& filter, const std::string& stream, const std::string& event_id) {
  return hex(md5(filter.distribution == Distribution::Random ? event_id : stream));
}

}  // namespace orrery::logs
