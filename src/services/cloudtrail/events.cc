// docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
#include "services/cloudtrail/events.h"

#include "base/arn.h"
#include "services/identity.h"
#include "services/record.h"
#include "store/key.h"

#include <algorithm>
#include <array>

namespace orrery::cloudtrail {
namespace {

// The data plane of each service: events of these are in no event history
// (docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html).
constexpr std::string_view kData[] = {
    "dynamodb:BatchExecuteStatement",
    "dynamodb:BatchGetItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:DeleteItem",
    "dynamodb:ExecuteStatement",
    "dynamodb:ExecuteTransaction",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "dynamodb:TransactGetItems",
    "dynamodb:TransactWriteItems",
    "dynamodb:UpdateItem",
    "dynamodbstreams:GetRecords",
    "dynamodbstreams:GetShardIterator",
    "events:PutEvents",
    "firehose:PutRecord",
    "firehose:PutRecordBatch",
    "kinesis:GetRecords",
    "kinesis:GetShardIterator",
    "kinesis:PutRecord",
    "kinesis:PutRecords",
    "kinesis:SubscribeToShard",
    "lambda:Invoke",
    "lambda:InvokeAsync",
    "lambda:InvokeWithResponseStream",
    "logs:FilterLogEvents",
    "logs:GetLogEvents",
    "logs:GetLogRecord",
    "logs:PutLogEvents",
    "s3:AbortMultipartUpload",
    "s3:CompleteMultipartUpload",
    "s3:CopyObject",
    "s3:CreateMultipartUpload",
    "s3:DeleteObject",
    "s3:DeleteObjectTagging",
    "s3:DeleteObjects",
    "s3:GetObject",
    "s3:GetObjectAcl",
    "s3:GetObjectAttributes",
    "s3:GetObjectTagging",
    "s3:HeadBucket",
    "s3:HeadObject",
    "s3:ListMultipartUploads",
    "s3:ListObjectVersions",
    "s3:ListObjects",
    "s3:ListObjectsV2",
    "s3:ListParts",
    "s3:PostObject",
    "s3:PutObject",
    "s3:PutObjectAcl",
    "s3:PutObjectTagging",
    "s3:RestoreObject",
    "s3:SelectObjectContent",
    "s3:UploadPart",
    "s3:UploadPartCopy",
    "sns:Publish",
    "sns:PublishBatch",
    "sqs:ChangeMessageVisibility",
    "sqs:ChangeMessageVisibilityBatch",
    "sqs:DeleteMessage",
    "sqs:DeleteMessageBatch",
    "sqs:ReceiveMessage",
    "sqs:SendMessage",
    "sqs:SendMessageBatch",
};
static_assert(std::ranges::is_sorted(kData));

bool reads(std::string_view operation) {
  constexpr std::array<std::string_view, 10> kWords = {"Describe", "Get",    "List",     "Head",  "Lookup",
                                                       "Simulate", "Decode", "Validate", "Batch", "Test"};
  return std::ranges::any_of(kWords, [&](std::string_view word) { return operation.starts_with(word); }) ||
         operation.starts_with("AssumeRole");
}

// "RoleName" -> "roleName", "ACL" -> "aCL", as CloudTrail writes members.
std::string camel(std::string_view name) {
  std::string out(name);
  if (!out.empty() && out[0] >= 'A' && out[0] <= 'Z') out[0] = static_cast<char>(out[0] - 'A' + 'a');
  return out;
}

bool is_secret(const wire::Member& member) {
  return member.shape->sensitive || member.name.find("Password") != std::string_view::npos ||
         member.name == "SecretAccessKey" || member.name == "Plaintext";
}

// A document with AWS's names as CloudTrail shows it: lower-camel members, secrets and blobs left out.
json::value shown(const wire::Shape& shape, const json::value& value) {
  if (shape.kind == wire::ShapeKind::Structure && value.is_object()) {
    json::object out;
    for (const auto& member : shape.members) {
      const auto* found =
          value.get_object().if_contains(member.location_name.empty() ? member.name : member.location_name);
      if (found == nullptr) found = value.get_object().if_contains(member.name);
      if (found == nullptr || member.shape->kind == wire::ShapeKind::Blob) continue;
      out[camel(member.name)] =
          is_secret(member) ? json::value("HIDDEN_DUE_TO_SECURITY_REASONS") : shown(*member.shape, *found);
    }
    return out;
  }
  if (shape.kind == wire::ShapeKind::List && value.is_array()) {
    json::array out;
    for (const auto& one : value.get_array()) out.push_back(shown(*shape.element, one));
    return out;
  }
  if (shape.kind == wire::ShapeKind::Map && value.is_object()) {
    json::object out;
    for (const auto& entry : value.get_object()) out[entry.key()] = shown(*shape.element, entry.value());
    return out;
  }
  return value;
}

json::object session_context(const auth::Principal& who) {
  json::object context{
      {"attributes", json::object{{"creationDate", who.token_issued ? iso8601_seconds(*who.token_issued) : ""},
                                  {"mfaAuthenticated", who.mfa_at ? "true" : "false"}}}};
  if (who.role_arn.empty()) return context;
  context["sessionIssuer"] = json::object{{"type", "Role"},
                                          {"principalId", who.user_id.substr(0, who.user_id.find(':'))},
                                          {"arn", who.role_arn},
                                          {"accountId", who.account},
                                          {"userName", who.role_arn.substr(who.role_arn.rfind('/') + 1)}};
  if (!who.source_identity.empty()) context["sourceIdentity"] = who.source_identity;
  return context;
}

json::object identity_of(const auth::Principal& who, const std::string& access_key) {
  using Kind = auth::Principal::Kind;
  json::object out;
  switch (who.kind) {
    case Kind::Root:
      out["type"] = "Root";
      break;
    case Kind::User:
      out["type"] = "IAMUser";
      break;
    case Kind::RoleSession:
      out["type"] = "AssumedRole";
      break;
    case Kind::FederatedUser:
      out["type"] = "FederatedUser";
      break;
    case Kind::Service:
      return {{"type", "AWSService"}, {"invokedBy", who.arn}};
    case Kind::WebIdentity:
      return {{"type", "WebIdentityUser"}, {"identityProvider", who.arn}, {"principalId", who.user_id}};
    case Kind::Anonymous:
      return {{"type", "Unknown"}, {"principalId", "ANONYMOUS"}};
  }
  out["principalId"] = who.user_id;
  out["arn"] = who.arn;
  out["accountId"] = who.account;
  out["accessKeyId"] = access_key;
  if (who.kind == Kind::User) out["userName"] = who.name;
  if (who.token_issued) out["sessionContext"] = session_context(who);
  return out;
}

std::string user_name(const auth::Principal& who) {
  if (who.kind == auth::Principal::Kind::Root) return "root";
  return who.kind == auth::Principal::Kind::Service ? who.arn : who.name;
}

// What the operation was on, as far as authorization names it: "AWS::IAM::Role" and the role's name.
struct Kind {
  std::string_view service, prefix, type;
};
constexpr Kind kKinds[] = {
    {"iam", "role/", "AWS::IAM::Role"},
    {"iam", "user/", "AWS::IAM::User"},
    {"iam", "group/", "AWS::IAM::Group"},
    {"iam", "policy/", "AWS::IAM::Policy"},
    {"iam", "instance-profile/", "AWS::IAM::InstanceProfile"},
    {"dynamodb", "table/", "AWS::DynamoDB::Table"},
    {"lambda", "function:", "AWS::Lambda::Function"},
    {"lambda", "layer:", "AWS::Lambda::LayerVersion"},
    {"events", "rule/", "AWS::Events::Rule"},
    {"events", "event-bus/", "AWS::Events::EventBus"},
    {"scheduler", "schedule/", "AWS::Scheduler::Schedule"},
    {"logs", "log-group:", "AWS::Logs::LogGroup"},
    {"sqs", "", "AWS::SQS::Queue"},
    {"sns", "", "AWS::SNS::Topic"},
    {"s3", "", "AWS::S3::Bucket"},
};

void add_resource(const std::string& text, std::vector<Touched>& out) {
  const auto arn = Arn::parse(text);
  if (!arn || arn->resource.empty() || arn->resource.find('*') != std::string::npos) return;
  for (const Kind& kind : kKinds) {
    if (arn->service != kind.service || !arn->resource.starts_with(kind.prefix)) continue;
    std::string name = arn->resource.substr(kind.prefix.size());
    if (kind.service == "logs") name = name.substr(0, name.find(":log-stream"));
    if (name.empty()) return;
    if (kind.service == "iam") {
      out.push_back({std::string(kind.type), text});
      name = name.substr(name.rfind('/') + 1);
    }
    out.push_back({std::string(kind.type), std::move(name)});
    return;
  }
}

std::string source_of(const Service& service) {
  const std::string_view name = service.model->signing_name;
  return std::string(name) + ".amazonaws.com";
}

}  // namespace

bool is_management(const Answered& answered) {
  if (answered.service == nullptr || answered.operation == nullptr || answered.call == nullptr || answered.dispatched ||
      answered.call->principal == nullptr) {
    return false;
  }
  const std::string name = std::string(answered.service->model->id) + ":" + std::string(answered.operation->name);
  return !std::ranges::binary_search(kData, std::string_view(name)) && name != "cloudtrail:LookupEvents";
}

std::vector<Recipient> recipients_of(const Answered& answered) {
  const Call& call = *answered.call;
  std::vector<Recipient> recipients;
  if (!call.account.empty()) recipients.push_back({call.account, call.region});
  for (const auto& judged : answered.judged) {
    if (answered.error != nullptr && !recipients.empty()) break;
    const auto arn = Arn::parse(judged.resource);
    if (!arn || arn->account.size() != 12) continue;  // "", "aws"
    const bool known = std::ranges::any_of(recipients, [&](const auto& r) { return r.account == arn->account; });
    if (!known) recipients.push_back({arn->account, call.region});
  }
  return recipients;
}

StoredEvent make_event(const Answered& answered, std::string id, const Recipient& recipient,
                       const std::string& shared) {
  const Call& call = *answered.call;
  const auth::Principal& who = *call.principal;
  const Operation& operation = *answered.operation;
  StoredEvent event;
  event.id = std::move(id);
  event.name = operation.name;
  event.source = source_of(*answered.service);
  event.user = user_name(who);
  event.access_key = answered.access_key;
  event.read_only = reads(operation.name);
  event.at = std::chrono::floor<std::chrono::seconds>(call.now);
  for (const auto& judged : answered.judged) add_resource(judged.resource, event.resources);

  json::object detail{{"eventVersion", "1.11"},
                      {"userIdentity", identity_of(who, answered.access_key)},
                      {"eventTime", iso8601_seconds(event.at)},
                      {"eventSource", event.source},
                      {"eventName", event.name},
                      {"awsRegion", call.region},
                      {"sourceIPAddress", call.source_ip},
                      {"userAgent", call.header("user-agent").value_or("")}};
  if (answered.error != nullptr) {
    detail["errorCode"] = answered.error->code;
    detail["errorMessage"] = answered.error->message;
  }
  detail["requestParameters"] = nullptr;
  if (answered.input != nullptr && !operation.input_shape().members.empty()) {
    detail["requestParameters"] =
        shown(operation.input_shape(), wire::to_document(operation.input_shape(), answered.input));
  }
  // "responseElements: for actions that make changes; null for those that do not."
  detail["responseElements"] = nullptr;
  const bool told = answered.output != nullptr && (!event.read_only || event.name.starts_with("AssumeRole"));
  if (told && !operation.output_shape().members.empty()) {
    detail["responseElements"] =
        shown(operation.output_shape(), wire::to_document(operation.output_shape(), answered.output));
  }
  detail["requestID"] = call.request_id;
  detail["eventID"] = event.id;
  detail["readOnly"] = event.read_only;
  detail["eventType"] = "AwsApiCall";
  detail["managementEvent"] = true;
  detail["recipientAccountId"] = recipient.account;
  if (!shared.empty()) detail["sharedEventID"] = shared;
  detail["eventCategory"] = "Management";
  event.json = to_text(detail);
  return event;
}

std::string events_prefix(std::string_view account, std::string_view region) {
  return KeyWriter(KeyKind::TrailEvent).text(account).text(region).take();
}

std::string event_key(const Recipient& recipient, const StoredEvent& event, Sequence before) {
  return KeyWriter(KeyKind::TrailEvent)
      .text(recipient.account)
      .text(recipient.region)
      .u64(static_cast<std::uint64_t>(std::max<std::int64_t>(0, epoch_ms(event.at))))
      .u64(before)
      .text(event.id)
      .take();
}

std::string encode_event(const StoredEvent& event) {
  json::array resources;
  for (const auto& resource : event.resources) {
    resources.push_back(json::object{{"type", resource.type}, {"name", resource.name}});
  }
  return encode_record(json::object{{"id", event.id},
                                    {"name", event.name},
                                    {"source", event.source},
                                    {"user", event.user},
                                    {"key", event.access_key},
                                    {"read", event.read_only},
                                    {"at_ms", epoch_ms(event.at)},
                                    {"resources", std::move(resources)},
                                    {"json", event.json}});
}

Result<StoredEvent> decode_event(std::string_view bytes) {
  const json::value document = TRY(decode_record(bytes));
  const auto text = [&](std::string_view name) { return std::string(find_string(document, name).value_or("")); };
  StoredEvent event;
  event.id = text("id");
  event.name = text("name");
  event.source = text("source");
  event.user = text("user");
  event.access_key = text("key");
  event.read_only = find_bool(document, "read").value_or(false);
  event.at = instant_from_ms(find_int(document, "at_ms").value_or(0));
  event.json = text("json");
  if (const json::value* list = find(document, "resources"); list != nullptr && list->is_array()) {
    for (const auto& one : list->get_array()) {
      event.resources.push_back(
          {std::string(find_string(one, "type").value_or("")), std::string(find_string(one, "name").value_or(""))});
    }
  }
  return event;
}

}  // namespace orrery::cloudtrail
