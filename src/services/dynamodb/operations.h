// The functions behind the rows of dynamodb.cc.
#pragma once

#include "services/dynamodb/dynamodb.h"
#include "shapes/dynamodb.h"

namespace orrery::dynamodb {

// tables/create_table.cc
Result<CreateTableOutput> create_table(DynamoDb& dynamodb, Call& call, Transaction& tx, const CreateTableInput& input);
// tables/update_table.cc
Result<UpdateTableOutput> update_table(DynamoDb& dynamodb, Call& call, Transaction& tx, const UpdateTableInput& input);
// tables/limits.cc
Result<DescribeLimitsOutput> describe_limits(Call& call, Reader& reader, const DescribeLimitsInput& input);
Result<DescribeEndpointsResponse> describe_endpoints(Call& call, Reader& reader, const DescribeEndpointsRequest& input);
// tables/policies.cc
Result<PutResourcePolicyOutput> put_resource_policy(DynamoDb& dynamodb, Call& call, Transaction& tx,
                                                    const PutResourcePolicyInput& input);
Result<GetResourcePolicyOutput> get_resource_policy(Call& call, Reader& reader, const GetResourcePolicyInput& input);
Result<DeleteResourcePolicyOutput> delete_resource_policy(Call& call, Transaction& tx,
                                                          const DeleteResourcePolicyInput& input);
// describe_table.cc. Transacting because it may order a count (counting.h).
Result<DescribeTableOutput> describe_table(DynamoDb& dynamodb, Call& call, Transaction& tx,
                                           const DescribeTableInput& input);
Result<ListTablesOutput> list_tables(Call& call, Reader& reader, const ListTablesInput& input);
// delete_table.cc
Result<DeleteTableOutput> delete_table(DynamoDb& dynamodb, Call& call, Transaction& tx, const DeleteTableInput& input);

// items/: a file each.
Result<GetItemOutput> get_item(DynamoDb& dynamodb, Call& call, Reader& reader, const GetItemInput& input);
Result<PutItemOutput> put_item(DynamoDb& dynamodb, Call& call, Transaction& tx, const PutItemInput& input);
Result<DeleteItemOutput> delete_item(DynamoDb& dynamodb, Call& call, Transaction& tx, const DeleteItemInput& input);
Result<BatchWriteItemOutput> batch_write_item(DynamoDb& dynamodb, Call& call, Transaction& tx,
                                              const BatchWriteItemInput& input);
Result<UpdateItemOutput> update_item(DynamoDb& dynamodb, Call& call, Transaction& tx, const UpdateItemInput& input);
Result<BatchGetItemOutput> batch_get_item(DynamoDb& dynamodb, Call& call, Reader& reader,
                                          const BatchGetItemInput& input);
Result<TransactGetItemsOutput> transact_get_items(DynamoDb& dynamodb, Call& call, Reader& reader,
                                                  const TransactGetItemsInput& input);
Result<TransactWriteItemsOutput> transact_write_items(DynamoDb& dynamodb, Call& call, Transaction& tx,
                                                      const TransactWriteItemsInput& input);

// query.cc, scan.cc
Result<QueryOutput> query(DynamoDb& dynamodb, Call& call, Reader& reader, const QueryInput& input);
Result<ScanOutput> scan(DynamoDb& dynamodb, Call& call, Reader& reader, const ScanInput& input);

// partiql/. Each statement is authorized by itself, on the way (partiql/bound.h).
Result<ExecuteStatementOutput> execute_statement(DynamoDb& dynamodb, Call& call, Transaction& tx,
                                                 const ExecuteStatementInput& input);
Result<BatchExecuteStatementOutput> batch_execute_statement(DynamoDb& dynamodb, Call& call, Transaction& tx,
                                                            const BatchExecuteStatementInput& input);
Result<ExecuteTransactionOutput> execute_transaction(DynamoDb& dynamodb, Call& call, Transaction& tx,
                                                     const ExecuteTransactionInput& input);

// tagging.cc
Result<wire::Empty> tag_resource(Call& call, Transaction& tx, const TagResourceInput& input);
Result<wire::Empty> untag_resource(Call& call, Transaction& tx, const UntagResourceInput& input);
Result<ListTagsOfResourceOutput> list_tags_of_resource(Call& call, Reader& reader,
                                                       const ListTagsOfResourceInput& input);

// tables/erasing.cc, tables/counting.cc, indexes/backfill.cc: message handlers, one step a delivery.
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
inline constexpr std::string_view kBackfillMessage = "dynamodb.backfill";
inline constexpr std::string_view kDropMessage = "dynamodb.drop-index";
Result<Delivered> backfill_step(Transaction& tx, const Message& message);
Result<Delivered> drop_step(Transaction& tx, const Message& message);

}  // namespace orrery::dynamodb
