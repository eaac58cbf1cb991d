#include "base/arn.h"
#include "services/lambda/event_sources/operations.h"
#include "services/lambda/event_sources/queue_batch.h"
#include "services/lambda/invocation/destinations.h"
#include "services/lambda/invocation/run.h"

namespace orrery::lambda {
namespace {

constexpr std::size_t kMostFilters = 10;

Failure not_there(std::string_view what) {
  return fail(api_error("NotImplemented",
                        "Orrery does not implement lambda:CreateEventSourceMapping with " + std::string(what) + ".",
                        501));
}

Result<> check_range(const char* member, const std::optional<std::int64_t>& value, std::int64_t least) {
  if (!value || *value == -1 || *value >= least) return {};
  return invalid_mapping("1 validation error detected: Value '" + std::to_string(*value) + "' at '" + member +
                         "' failed to satisfy constraint: Member must have value greater than or equal to " +
                         std::to_string(least));
}

bool allowed(const Call& call, Transaction& tx, const Caller& role, const std::string& action, const std::string& arn) {
  Call as_function;
  as_function.principal = &role.principal;
  as_function.account = role.account;
  as_function.region = role.region;
  as_function.now = call.now;
  return static_cast<bool>(call.authorizer->check(tx, as_function, {action, arn, {}}));
}

Error no_access(const std::string& arn) {
  const bool table = source_kind(arn) == SourceKind::DynamoDb;
  return errors::InvalidParameterValueException(
      "Cannot access stream " + arn + ". Please ensure the role can perform the GetRecords, GetShardIterator, " +
      (table ? "DescribeStream, and ListStreams" : "DescribeStream, ListShards, and ListStreams") +
      " Actions on your stream in IAM.");
}

}  // namespace

Result<> check_source(const CreateEventSourceMappingRequest& input, Instant now) {
  if (input.SelfManagedEventSource || input.AmazonManagedKafkaEventSourceConfig ||
      input.SelfManagedKafkaEventSourceConfig) {
    return not_there("Apache Kafka");
  }
  if (input.Queues) return not_there("Amazon MQ");
  if (input.DocumentDBEventSourceConfig) return not_there("Amazon DocumentDB");
  const std::string arn = input.EventSourceArn.value_or("");
  switch (source_kind(arn)) {
    case SourceKind::DynamoDb:
      break;
    case SourceKind::Kinesis:
      if (arn.find("/consumer/") == std::string::npos) break;
      return not_there("a consumer of a stream as its source: name the stream itself");
    case SourceKind::Queue:
      if (!input.StartingPosition && !input.StartingPositionTimestamp) return {};
      return invalid_mapping("Unsupported StartingPosition parameter for given event source mapping type.");
    case SourceKind::Other:
      return invalid_mapping(
          "Unrecognized event source, must be kinesis, dynamodb stream or sqs. Unsupported source: " + arn);
  }
  if (!input.StartingPosition) {
    return invalid_mapping(
        "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not "
        "be null.");
  }
  const bool by_time = *input.StartingPosition == "AT_TIMESTAMP";
  if (by_time && source_kind(arn) == SourceKind::DynamoDb) {
    return invalid_mapping("Unsupported starting position for arn type: " + arn);
  }
  if (by_time != input.StartingPositionTimestamp.has_value()) {
    return invalid_mapping(std::string("StartingPositionTimestamp ") + (by_time ? "must" : "cannot") +
                           " be specified when StartingPosition is " + *input.StartingPosition);
  }
  if (by_time && *input.StartingPositionTimestamp > now)
    return invalid_mapping("StartingPositionTimestamp cannot be in the future.");
  return {};
}

Result<> check_mapping(Lambda& lambda, const Call& call, Transaction& tx, const Mapping& mapping,
                       const std::string& role_arn) {
  const EventSourceMappingConfiguration& wanted = mapping.configuration;
  TRY(check_range("maximumRecordAgeInSeconds", wanted.MaximumRecordAgeInSeconds, 60));
  TRY(Filters::compile(wanted.FilterCriteria));
  if (wanted.FilterCriteria && wanted.FilterCriteria->Filters &&
      wanted.FilterCriteria->Filters->size() > kMostFilters) {
    return invalid_mapping("The maximum number of filters is " + std::to_string(kMostFilters) + ".");
  }
  if (source_kind(mapping.source()) == SourceKind::Queue) {
    return check_queue_settings(wanted, mapping.source().ends_with(".fifo"));
  }
  if (wanted.ScalingConfig) return invalid_mapping("ScalingConfig is not supported for the event source mapping type.");
  if (wanted.ProvisionedPollerConfig) {
    return invalid_mapping("ProvisionedPollerConfig is not supported for the event source mapping type.");
  }
  if (wanted.TumblingWindowInSeconds.value_or(0) > 0 && mapping.lanes() > 1) {
    return invalid_mapping("Tumbling windows cannot be used with a ParallelizationFactor greater than 1.");
  }
  const auto& destinations = wanted.DestinationConfig;
  if (destinations && destinations->OnSuccess && destinations->OnSuccess->Destination) {
    return invalid_mapping("Unsupported DestinationConfig parameter for given event source mapping type.");
  }
  return check_destination(lambda, call, tx, {mapping.function, role_arn}, mapping.on_failure(),
                           DestinationUse::StreamFailure);
}

Result<std::vector<ShardInfo>> check_access(const Call& call, Transaction& tx, StreamSource& source, const Caller& role,
                                            const std::string& arn) {
  auto shards = source.shards();
  if (!shards) {
    const Error& error = shards.error();
    if (error.kind != Error::Kind::Api) return fail(error);
    if (error.code == "NotImplemented") {
      return invalid_mapping("The event source " + arn + " cannot be read: " + error.message);
    }
    if (error.code == "ResourceNotFoundException") return invalid_mapping("Stream not found: " + arn);
    return fail(no_access(arn));
  }
  const std::string prefix = source_kind(arn) == SourceKind::DynamoDb ? "dynamodb:" : "kinesis:";
  for (const char* action : {"GetRecords", "GetShardIterator"}) {
    if (!allowed(call, tx, role, prefix + action, arn)) return fail(no_access(arn));
  }
  return shards;
}

Result<> check_queue_access(Lambda& lambda, const Call& call, Transaction& tx, const Mapping& mapping,
                            const FunctionConfiguration& function) {
  const std::string arn = mapping.source();
  const Caller role = as_role(lambda, mapping.function, function.Role.value_or(""));
  for (const char* action : {"ReceiveMessage", "DeleteMessage", "GetQueueAttributes"}) {
    if (!allowed(call, tx, role, std::string("sqs:") + action, arn)) {
      return invalid_mapping("The provided execution role does not have permissions to call " + std::string(action) +
                             " on SQS");
    }
  }
  const Arn queue = Arn::parse(arn).value_or(Arn());
  const json::object ask{
      {"QueueUrl", "http://sqs." + queue.region + ".localhost/" + queue.account + "/" + queue.resource},
      {"AttributeNames", json::array{"VisibilityTimeout"}}};
  const auto described = lambda.dispatcher.dispatch(tx, role, "sqs", "GetQueueAttributes", ask);
  if (!described && described.error().kind != Error::Kind::Api) return fail(described.error());
  if (!described) {
    return invalid_mapping("Error occurred while ReceiveMessage. SQS Error Code: " + described.error().code +
                           ". SQS Error Message: " + described.error().message);
  }
  const json::value* attributes = find(*described, "Attributes");
  const std::int64_t visibility_s =
      attributes == nullptr ? 0 : std::atoll(text_of(*attributes, "VisibilityTimeout").c_str());
  const std::int64_t timeout_s = function.Timeout.value_or(3);
  if (visibility_s >= timeout_s) return {};
  return invalid_mapping("Queue visibility timeout: " + std::to_string(visibility_s) +
                         " seconds is less than Function timeout: " + std::to_string(timeout_s) + " seconds");
}

}  // namespace orrery::lambda
