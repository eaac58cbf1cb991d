#include "services/dynamodb/dynamodb.h"

#include "services/dynamodb/access.h"
#include "services/dynamodb/changes/trimming.h"
#include "services/dynamodb/expiry/expiry.h"
#include "services/dynamodb/operations.h"

namespace orrery::dynamodb {
namespace {

constexpr auto table_of = [](const Call& call, const auto& input) { return arn_of_table(call, input.TableName); };
constexpr auto all_tables = [](const Call&, const ListTablesInput&) { return std::string("*"); };
constexpr auto tagged_table = [](const Call&, const auto& input) { return input.ResourceArn; };

constexpr auto item_put = [](const Call& call, Reader& reader,
                             const PutItemInput& input) -> Result<std::vector<Access>> {
  ItemAccess access(call, reader, input.TableName);
  TRY(access.add(input.Item));
  access.set("dynamodb:ReturnValues", input.ReturnValues.value_or(std::string(ReturnValue::NONE)));
  return std::vector<Access>{std::move(access).take()};
};

constexpr auto item_got = [](const Call& call, Reader& reader,
                             const GetItemInput& input) -> Result<std::vector<Access>> {
  ItemAccess access(call, reader, input.TableName);
  TRY(access.add(input.Key));
  access.set("dynamodb:Select", Select::ALL_ATTRIBUTES);
  return std::vector<Access>{std::move(access).take()};
};

constexpr auto item_deleted = [](const Call& call, Reader& reader,
                                 const DeleteItemInput& input) -> Result<std::vector<Access>> {
  ItemAccess access(call, reader, input.TableName);
  TRY(access.add(input.Key));
  access.set("dynamodb:ReturnValues", input.ReturnValues.value_or(std::string(ReturnValue::NONE)));
  return std::vector<Access>{std::move(access).take()};
};

// Every table named, each with the keys written there.
constexpr auto items_written = [](const Call& call, Reader& reader,
                                  const BatchWriteItemInput& input) -> Result<std::vector<Access>> {
  std::vector<Access> accesses;
  for (const auto& [table, requests] : input.RequestItems) {
    ItemAccess access(call, reader, table);
    for (const WriteRequest& request : requests) {
      if (request.PutRequest) TRY(access.add(request.PutRequest->Item));
      if (request.DeleteRequest) TRY(access.add(request.DeleteRequest->Key));
    }
    accesses.push_back(std::move(access).take());
  }
  return accesses;
};

// A scan has no leading keys: it reads them all.
constexpr auto table_scanned = [](const Call& call, Reader& reader, const ScanInput& input) {
  ItemAccess access(call, reader, input.TableName);
  access.set("dynamodb:Select", input.Select.value_or(std::string(Select::ALL_ATTRIBUTES)));
  return std::vector<Access>{std::move(access).take()};
};

// Tags at creation need the right to tag as well.
constexpr auto table_created = [](const Call& call, const CreateTableInput& input) {
  const std::string arn = arn_of_table(call, input.TableName);
  std::vector<Access> accesses{{"", arn, {}}};
  if (input.Tags && !input.Tags->empty()) accesses.push_back({"dynamodb:TagResource", arn, {}});
  return accesses;
};

constexpr Operation kOperations[] = {
    transacting<batch_write_item, items_written>("BatchWriteItem", "dynamodb:BatchWriteItem"),
    transacting<create_table, table_created>("CreateTable", "dynamodb:CreateTable"),
    transacting<delete_item, item_deleted>("DeleteItem", "dynamodb:DeleteItem"),
    transacting<delete_table, table_of>("DeleteTable", "dynamodb:DeleteTable"),
    reading<describe_kinesis_streaming_destination, table_of>("DescribeKinesisStreamingDestination",
                                                              "dynamodb:DescribeKinesisStreamingDestination"),
    transacting<describe_table, table_of>("DescribeTable", "dynamodb:DescribeTable"),
    reading<describe_time_to_live, table_of>("DescribeTimeToLive", "dynamodb:DescribeTimeToLive"),
    reading<disable_kinesis_streaming_destination, table_of>("DisableKinesisStreamingDestination",
                                                             "dynamodb:DisableKinesisStreamingDestination"),
    transacting<enable_kinesis_streaming_destination, table_of>("EnableKinesisStreamingDestination",
                                                                "dynamodb:EnableKinesisStreamingDestination"),
    reading<get_item, item_got>("GetItem", "dynamodb:GetItem"),
    reading<list_tables, all_tables>("ListTables", "dynamodb:ListTables"),
    reading<list_tags_of_resource, tagged_table>("ListTagsOfResource", "dynamodb:ListTagsOfResource"),
    transacting<put_item, item_put>("PutItem", "dynamodb:PutItem"),
    reading<scan, table_scanned>("Scan", "dynamodb:Scan"),
    transacting<tag_resource, tagged_table>("TagResource", "dynamodb:TagResource"),
    transacting<untag_resource, tagged_table>("UntagResource", "dynamodb:UntagResource"),
    reading<update_kinesis_streaming_destination, table_of>("UpdateKinesisStreamingDestination",
                                                            "dynamodb:UpdateKinesisStreamingDestination"),
    transacting<update_time_to_live, table_of>("UpdateTimeToLive", "dynamodb:UpdateTimeToLive"),
};

// changes/, expiry/
void register_changes(DynamoDb& dynamodb) {
  const auto timer = [&dynamodb](std::string_view kind, auto handler) {
    dynamodb.background.on_timer(std::string(kind), [&dynamodb, handler](Transaction& tx, const Timer& due) {
      return handler(dynamodb, tx, due);
    });
  };
  const auto message = [&dynamodb](std::string_view kind, auto handler) {
    dynamodb.background.on_message(std::string(kind), [&dynamodb, handler](Transaction& tx, const Message& one) {
      return handler(dynamodb, tx, one);
    });
  };
  timer(kTrimTimer, &trim_step);
  timer(kExpiryTimer, &expiry_due);
  message(kExpireMessage, &expire_step);
  message(kFillExpiryMessage, &fill_expiry_step);
  dynamodb.background.on_message(std::string(kEraseExpiryMessage), &erase_expiry_step);
}

}  // namespace

Service dynamodb_service(DynamoDb& dynamodb) {
  Service service;
  service.model = &model();
  service.operations = kOperations;
  service.self = &dynamodb;
  return service;
}

void register_background(DynamoDb& dynamodb) {
  dynamodb.background.on_message(std::string(kEraseMessage), &erase_step);
  dynamodb.background.on_message(std::string(kCountMessage), &count_step);
  register_changes(dynamodb);
}

}  // namespace orrery::dynamodb
