#include "services/sns/delivery/handing_over.h"

#include "base/arn.h"
#include "base/encode.h"
#include "base/log.h"
#include "services/sns/delivery/delivery_policy.h"
#include "services/sns/delivery/documents.h"
#include "services/sns/metrics.h"

namespace orrery::sns {
namespace {

constexpr std::string_view kItself = "sns.amazonaws.com";

// As the service itself, on the topic's behalf: the policy of the queue or function has to let it in.
Caller itself(const Parcel& parcel, const Arn& endpoint) {
  Caller caller;
  caller.principal.kind = auth::Principal::Kind::Service;
  caller.principal.arn = kItself;
  caller.account = endpoint.account;
  caller.region = endpoint.region;
  caller.source_arn = parcel.subscription.topic.arn();
  caller.trace_id = parcel.published.trace_id;
  return caller;
}

json::object queue_attributes(const MessageAttributes& attributes) {
  json::object out;
  for (const auto& [name, attribute] : attributes) {
    json::object value{{"DataType", attribute.DataType}};
    if (attribute.StringValue) value["StringValue"] = *attribute.StringValue;
    if (attribute.BinaryValue) value["BinaryValue"] = base64(*attribute.BinaryValue);
    out[name] = std::move(value);
  }
  return out;
}

bool is_raw(const Parcel& parcel) { return parcel.subscription.raw() && parcel.type == MessageType::Notification; }

Result<> to_queue(Sns& sns, Transaction& tx, const Parcel& parcel, const Arn& queue) {
  const bool raw = is_raw(parcel);
  json::object input{{"QueueUrl", "http://sqs." + queue.region + ".localhost/" + queue.account + "/" + queue.resource}};
  input["MessageBody"] = raw ? parcel.published.text_for(parcel.subscription.protocol)
                             : TRY(document_of(sns, parcel, TRY(signature_version(tx, parcel.subscription.topic))));
  if (raw && !parcel.published.attributes.empty()) {
    input["MessageAttributes"] = queue_attributes(parcel.published.attributes);
  }
  if (!parcel.published.group.empty()) input["MessageGroupId"] = parcel.published.group;
  if (queue.resource.ends_with(".fifo") && !parcel.published.deduplication.empty()) {
    input["MessageDeduplicationId"] = parcel.published.deduplication;
  }
  TRY(sns.dispatcher.dispatch(tx, itself(parcel, queue), "sqs", "SendMessage", input));
  return {};
}

Result<> to_function(Sns& sns, Transaction& tx, const Parcel& parcel, const Arn& function) {
  const std::string event = TRY(function_event(sns, parcel, TRY(signature_version(tx, parcel.subscription.topic))));
  TRY(sns.dispatcher.dispatch(
      tx, itself(parcel, function), "lambda", "InvokeAsync",
      json::object{{"FunctionName", parcel.subscription.endpoint}, {"InvokeArgs", base64(event)}}));
  return {};
}

// A session of the subscription's role; found by assuming it and undoing that: nobody gets its keys.
Result<Caller> as_role(Sns& sns, Transaction& tx, const Parcel& parcel, const Arn& stream) {
  const std::string role = parcel.subscription.attribute("SubscriptionRoleArn");
  const auto arn = Arn::parse(role);
  Caller service = itself(parcel, stream);
  Caller caller = service;
  caller.principal.kind = auth::Principal::Kind::RoleSession;
  caller.principal.name = "SNS";
  caller.principal.role_arn = role;
  caller.principal.account = arn ? arn->account : stream.account;
  bool assumed = false;
  const Result<> tried = tx.nested([&]() -> Result<> {
    const json::value session = TRY(sns.dispatcher.dispatch(
        tx, service, "sts", "AssumeRole", json::object{{"RoleArn", role}, {"RoleSessionName", "SNS"}}));
    if (const json::value* user = find(session, "AssumedRoleUser")) {
      caller.principal.arn = text_of(*user, "Arn");
      caller.principal.user_id = text_of(*user, "AssumedRoleId");
    }
    assumed = true;
    return fail(api_error("Undone", ""));
  });
  if (!assumed) return fail(tried.error());
  return caller;
}

Result<> to_stream(Sns& sns, Transaction& tx, const Parcel& parcel, const Arn& stream) {
  constexpr std::string_view kKind = "deliverystream/";
  const Caller caller = TRY(as_role(sns, tx, parcel, stream));
  std::string data =
      is_raw(parcel) ? parcel.published.text_for("firehose") : TRY(document_of(sns, parcel, SignatureVersion::Sha1));
  data += "\n";  // "appended to each record", so that a file has one a line
  TRY(sns.dispatcher.dispatch(tx, caller, "firehose", "PutRecord",
                              json::object{{"DeliveryStreamName", stream.resource.substr(kKind.size())},
                                           {"Record", json::object{{"Data", base64(data)}}}}));
  return {};
}

}  // namespace

Result<SignatureVersion> signature_version(Reader& reader, const TopicName& name) {
  const auto topic = TRY(find_topic(reader, name));
  return topic && topic->attribute("SignatureVersion") == "2" ? SignatureVersion::Sha256 : SignatureVersion::Sha1;
}

Result<> hand_over(Sns& sns, Transaction& tx, const Parcel& parcel) {
  const auto arn = Arn::parse(parcel.subscription.endpoint);
  if (!arn) return fail(api_error("InvalidParameter", "The endpoint is no ARN."));
  const std::string& protocol = parcel.subscription.protocol;
  return tx.nested([&]() -> Result<> {
    if (protocol == "sqs") return to_queue(sns, tx, parcel, *arn);
    if (protocol == "lambda") return to_function(sns, tx, parcel, *arn);
    if (protocol == "firehose") return to_stream(sns, tx, parcel, *arn);
    return fail(api_error("NotImplemented", "Orrery does not deliver to " + protocol + ".", 501));
  });
}

bool permanent(const Error& error) {
  if (error.kind != Error::Kind::Api) return false;
  if (error.code.find("Throttl") != std::string::npos || error.code.find("TooManyRequests") != std::string::npos) {
    return false;
  }
  return error.status < 500 || error.status == 501;
}

Result<std::string> give_up(Sns& sns, Transaction& tx, const Parcel& parcel, const std::string& why) {
  count_with(tx, sns, parcel.subscription.topic, Counted::Failed);
  const auto policy = parse_json(parcel.subscription.attribute("RedrivePolicy", "{}"));
  const std::string target = policy ? text_of(*policy, "deadLetterTargetArn") : "";
  if (target.empty()) {
    log::warning("a notification was not delivered and is dropped",
                 {{"subscription", parcel.subscription.arn()}, {"reason", why}});
    return "dropped, " + why;
  }
  const auto queue = Arn::parse(target);
  const Result<> sent = queue ? tx.nested([&] { return to_queue(sns, tx, parcel, *queue); })
                              : Result<>(fail(api_error("InvalidParameter", "no queue")));
  if (sent) {
    count_with(tx, sns, parcel.subscription.topic, Counted::Redriven);
    return "to the dead-letter queue, " + why;
  }
  if (!permanent(sent.error())) return fail(sent.error());
  count_with(tx, sns, parcel.subscription.topic, Counted::NotRedriven);
  log::error("a notification is lost: its dead-letter queue did not take it",
             {{"subscription", parcel.subscription.arn()}, {"queue", target}, {"reason", sent.error().message}});
  return "lost, its dead-letter queue said " + sent.error().code + ": " + sent.error().message;
}

Result<std::optional<Parcel>> renewed(Reader& reader, Parcel parcel) {
  if (parcel.tries == 0 || parcel.type != MessageType::Notification) return std::optional(std::move(parcel));
  auto subscription = TRY(find_subscription(reader, {parcel.subscription.topic, parcel.subscription.id}));
  if (!subscription) return std::optional<Parcel>();
  parcel.subscription = *std::move(subscription);
  return std::optional(std::move(parcel));
}

std::string shown(const Parcel& parcel) {
  const std::string& endpoint = parcel.subscription.endpoint;
  const std::string name = parcel.subscription.http() ? endpoint : endpoint.substr(endpoint.rfind(':') + 1);
  return "topic " + parcel.subscription.topic.name + " -> " + parcel.subscription.protocol + " " + name + ": ";
}

Result<Delivered> deliver(Sns& sns, Transaction& tx, const Message& message) {
  auto current = TRY(renewed(tx, TRY(open_parcel(message.payload))));
  Delivered delivered;
  if (!current) {
    delivered.summary = "a notification is not needed any more: the subscription is gone";
    return delivered;
  }
  Parcel& parcel = *current;
  delivered.summary = shown(parcel);
  const Result<> handed = hand_over(sns, tx, parcel);
  if (handed) {
    if (parcel.type == MessageType::Notification) count_with(tx, sns, parcel.subscription.topic, Counted::Delivered);
    delivered.summary += "delivered";
    return delivered;
  }
  const Error& error = handed.error();
  if (error.kind == Error::Kind::Conflict) return fail(error);
  delivered.ok = false;
  const std::string why = error.code + ": " + error.message;
  const auto pause = permanent(error) ? std::nullopt : plan_of_managed().pause(parcel.tries + 1);
  if (!pause) {
    delivered.summary += TRY(give_up(sns, tx, parcel, why));
    return delivered;
  }
  ++parcel.tries;
  delivered.retry_at = sns.clock.now() + *pause;
  delivered.payload = pack(parcel);
  delivered.summary += "put off, " + why;
  return delivered;
}

}  // namespace orrery::sns
