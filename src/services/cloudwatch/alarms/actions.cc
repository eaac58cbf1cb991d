// Where state changes go: functions, topics, and the default event bus.
#include "base/arn.h"
#include "base/encode.h"
#include "services/cloudwatch/alarms/transitions.h"
#include "services/record.h"

namespace orrery::cloudwatch {
namespace {

constexpr Millis kMostAge = std::chrono::hours(1);

struct Errand {
  std::string account, region, alarm, action, event, detail, subject;
};

Result<Errand> errand_of(const Message& message) {
  const json::value document = TRY(decode_record(message.payload));
  const auto text = [&](std::string_view name) { return std::string(find_string(document, name).value_or("")); };
  return Errand{text("account"), text("region"), text("alarm"),  text("action"),
                text("event"),   text("detail"), text("subject")};
}

Caller service_itself(const Errand& errand, std::string_view service) {
  Caller caller;
  caller.principal.kind = auth::Principal::Kind::Service;
  caller.principal.arn = service;
  caller.account = errand.account;
  caller.region = errand.region;
  caller.source_arn = alarm_arn(errand.account, errand.region, errand.alarm);
  return caller;
}

// As the service itself, which the function's policy has to let in
// (docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html).
Result<> invoke(CloudWatch& cloudwatch, Transaction& tx, const Errand& errand) {
  TRY(cloudwatch.dispatcher.dispatch(
      tx, service_itself(errand, "lambda.alarms.cloudwatch.amazonaws.com"), "lambda", "InvokeAsync",
      json::object{{"FunctionName", errand.action}, {"InvokeArgs", base64(errand.event)}}));
  return {};
}

// In the name of the account: a topic lets in who acts for its owner, unless its policy says otherwise.
Result<> publish(CloudWatch& cloudwatch, Transaction& tx, const Errand& errand) {
  TRY(cloudwatch.dispatcher.dispatch(
      tx, service_itself(errand, "cloudwatch.amazonaws.com"), "sns", "Publish",
      json::object{{"TopicArn", errand.action}, {"Subject", errand.subject}, {"Message", errand.event}}));
  return {};
}

Result<> carry_out(CloudWatch& cloudwatch, Transaction& tx, const Errand& errand) {
  const auto arn = Arn::parse(errand.action);
  if (arn && arn->service == "sns") return publish(cloudwatch, tx, errand);
  if (arn && arn->service == "lambda") return invoke(cloudwatch, tx, errand);
  return fail(api_error("NotImplemented",
                        "Orrery has no " + (arn ? arn->service : std::string("such service")) + " to deliver to."));
}

Result<> note_action(CloudWatch& cloudwatch, Transaction& tx, const Errand& errand, const Error* error) {
  auto record = TRY(find_alarm(tx, errand.account, errand.region, errand.alarm));
  if (!record) return {};
  json::object data{{"actionState", error == nullptr ? "Succeeded" : "Failed"},
                    {"notificationResource", errand.action},
                    {"publishedMessage", errand.event}};
  if (error != nullptr) data["error"] = error->code + ": " + error->message;
  const std::string summary =
      error == nullptr ? "Successfully executed action " + errand.action
                       : "Failed to execute action " + errand.action + ". Received error: \"" + error->message + "\"";
  TRY(note(tx, *record, cloudwatch.clock.now(), HistoryItemType::Action, summary.substr(0, 255), to_text(data)));
  return put_alarm(tx, *record);
}

bool again(const Error& error, const Message& message) {
  const bool passing = error.kind != Error::Kind::Api || error.status >= 500 || error.status == 429;
  return passing && error.code != "NotImplemented" && message.due - message.created < kMostAge;
}

}  // namespace

Result<Delivered> run_action(CloudWatch& cloudwatch, Transaction& tx, const Message& message) {
  const Errand errand = TRY(errand_of(message));
  Delivered delivered;
  delivered.summary = "alarm " + errand.alarm + " -> " + errand.action + ": ";
  const Result<> done = carry_out(cloudwatch, tx, errand);
  if (done) {
    TRY(note_action(cloudwatch, tx, errand, nullptr));
    delivered.summary += "done";
    return delivered;
  }
  const Error& error = done.error();
  if (again(error, message)) return fail(error);
  delivered.ok = false;
  delivered.summary += "failed, " + error.code + ": " + error.message;
  delivered.instead = [&cloudwatch, errand, error](Transaction& after) {
    return note_action(cloudwatch, after, errand, &error);
  };
  return delivered;
}

// In the name of the account, on behalf of the alarm: nobody else puts events whose source is a service of AWS.
Result<Delivered> put_event(CloudWatch& cloudwatch, Transaction& tx, const Message& message) {
  const Errand errand = TRY(errand_of(message));
  Caller caller;
  caller.principal.kind = auth::Principal::Kind::Root;
  caller.principal.account = errand.account;
  caller.principal.arn = "arn:aws:iam::" + errand.account + ":root";
  caller.principal.user_id = errand.account;
  caller.account = errand.account;
  caller.region = errand.region;
  caller.source_arn = alarm_arn(errand.account, errand.region, errand.alarm);
  json::object entry{{"Source", "aws.cloudwatch"},
                     {"DetailType", "CloudWatch Alarm State Change"},
                     {"Detail", errand.detail},
                     {"Resources", json::array{json::value(caller.source_arn)}}};
  const auto answer = cloudwatch.dispatcher.dispatch(tx, caller, "events", "PutEvents",
                                                     json::object{{"Entries", json::array{std::move(entry)}}});
  if (!answer && again(answer.error(), message)) return fail(answer.error());
  Delivered delivered;
  delivered.ok = answer && find_int(*answer, "FailedEntryCount").value_or(0) == 0;
  delivered.summary = "alarm " + errand.alarm + " -> default event bus: " + (delivered.ok ? "done" : "refused");
  return delivered;
}

}  // namespace orrery::cloudwatch
