// The functions behind the rows of dynamodb.cc.
#pragma once

#include "services/dynamodb/dynamodb.h"
#include "shapes/dynamodb.h"

namespace orrery::dynamodb {

// create_table.cc
Result<CreateTableOutput> create_table(Call& call, Transaction& tx, const CreateTableInput& input);
// describe_table.cc. Transacting because it may order a count (counting.h).
Result<DescribeTableOutput> describe_table(DynamoDb& dynamodb, Call& call, Transaction& tx,
                                           const DescribeTableInput& input);
Result<ListTablesOutput> list_tables(Call& call, Reader& reader, const ListTablesInput& input);
// delete_table.cc
Result<DeleteTableOutput> delete_table(DynamoDb& dynamodb, Call& call, Transaction& tx, const DeleteTableInput& input);

// get_item.cc, put_item.cc, delete_item.cc, batch_write_item.cc, scan.cc
Result<GetItemOutput> get_item(Call& call, Reader& reader, const GetItemInput& input);
Result<PutItemOutput> put_item(DynamoDb& dynamodb, Call& call, Transaction& tx, const PutItemInput& input);
Result<DeleteItemOutput> delete_item(DynamoDb& dynamodb, Call& call, Transaction& tx, const DeleteItemInput& input);
Result<BatchWriteItemOutput> batch_write_item(DynamoDb& dynamodb, Call& call, Transaction& tx,
                                              const BatchWriteItemInput& input);
Result<ScanOutput> scan(Call& call, Reader& reader, const ScanInput& input);

// tagging.cc
Result<wire::Empty> tag_resource(Call& call, Transaction& tx, const TagResourceInput& input);
Result<wire::Empty> untag_resource(Call& call, Transaction& tx, const UntagResourceInput& input);
Result<ListTagsOfResourceOutput> list_tags_of_resource(Call& call, Reader& reader,
                                                       const ListTagsOfResourceInput& input);

// expiry/time_to_live.cc
Result<UpdateTimeToLiveOutput> update_time_to_live(DynamoDb& dynamodb, Call& call, Transaction& tx,
                                                   const UpdateTimeToLiveInput& input);
Result<DescribeTimeToLiveOutput> describe_time_to_live(Call& call, Reader& reader,
                                                       const DescribeTimeToLiveInput& input);

// streams/kinesis.cc
Result<KinesisStreamingDestinationOutput> enable_kinesis_streaming_destination(
    Call& call, Transaction& tx, const KinesisStreamingDestinationInput& input);
Result<KinesisStreamingDestinationOutput> disable_kinesis_streaming_destination(
    Call& call, Reader& reader, const KinesisStreamingDestinationInput& input);
Result<UpdateKinesisStreamingDestinationOutput> update_kinesis_streaming_destination(
    Call& call, Reader& reader, const UpdateKinesisStreamingDestinationInput& input);
Result<DescribeKinesisStreamingDestinationOutput> describe_kinesis_streaming_destination(
    Call& call, Reader& reader, const DescribeKinesisStreamingDestinationInput& input);

// delete_table.cc, counting.cc: message handlers, one step a delivery.
inline constexpr std::string_view kEraseMessage = "dynamodb.erase";
inline constexpr std::string_view kCountMessage = "dynamodb.count";
Result<Delivered> erase_step(Transaction& tx, const Message& message);
Result<Delivered> count_step(Transaction& tx, const Message& message);

}  // namespace orrery::dynamodb
