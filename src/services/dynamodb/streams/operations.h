// The functions behind the rows of service.cc, and what they share.
#pragma once

#include "services/dynamodb/streams/streams.h"
#include "shapes/dynamodbstreams.h"

namespace orrery::dynamodb {

namespace streams = ::orrery::dynamodbstreams;

Result<streams::ListStreamsOutput> list_streams(Call& call, Reader& reader, const streams::ListStreamsInput& input);
Result<streams::DescribeStreamOutput> describe_stream(Call& call, Reader& reader,
                                                      const streams::DescribeStreamInput& input);
Result<streams::GetShardIteratorOutput> get_shard_iterator(Call& call, Reader& reader,
                                                           const streams::GetShardIteratorInput& input);
Result<streams::GetRecordsOutput> get_records(Call& call, Reader& reader, const streams::GetRecordsInput& input);

// The stream of that ARN. Errors: ValidationException for what is no such ARN, ResourceNotFoundException for streams
// that are not there, or no longer.
Result<StreamRow> existing_stream(Reader& reader, const Call& call, std::string_view arn);
// `limit`, or `most` when there is none. ValidationException when it is greater.
Result<std::size_t> page_limit(std::optional<std::int64_t> limit, std::int64_t most);

}  // namespace orrery::dynamodb
