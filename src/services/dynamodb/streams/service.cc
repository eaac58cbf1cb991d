// DynamoDB Streams as a service of its own, as its clients see it.
#include "services/dynamodb/streams/iterator.h"
#include "services/dynamodb/streams/operations.h"

namespace orrery::dynamodb {
namespace {

constexpr auto all_streams = [](const Call&, const streams::ListStreamsInput&) { return std::string("*"); };
constexpr auto stream_named = [](const Call&, const auto& input) { return input.StreamArn; };
constexpr auto stream_iterated = [](const Call&, const streams::GetRecordsInput& input) -> Result<std::vector<Access>> {
  return std::vector<Access>{{"", TRY(parse_iterator(input.ShardIterator)).stream_arn, {}}};
};

constexpr Operation kOperations[] = {
    reading<describe_stream, stream_named>("DescribeStream", "dynamodb:DescribeStream"),
    reading<get_records, stream_iterated>("GetRecords", "dynamodb:GetRecords"),
    reading<get_shard_iterator, stream_named>("GetShardIterator", "dynamodb:GetShardIterator"),
    reading<list_streams, all_streams>("ListStreams", "dynamodb:ListStreams"),
};

}  // namespace

Service dynamodbstreams_service(DynamoDb& dynamodb) {
  Service service;
  service.model = &streams::model();
  service.operations = kOperations;
  service.self = &dynamodb;
  return service;
}

}  // namespace orrery::dynamodb
