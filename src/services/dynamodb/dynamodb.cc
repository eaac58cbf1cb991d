#include "services/dynamodb/dynamodb.h"

#include "services/dynamodb/access.h"
#include "services/dynamodb/changes/trimming.h"
#include "services/dynamodb/operations.h"
#include "services/dynamodb/tables/policies.h"

namespace orrery::dynamodb {
namespace {

constexpr auto table_of = [](const Call& call, const auto& input) { return arn_of_table(call, input.TableName); };
constexpr auto all_tables = [](const Call&, const auto&) { return std::string("*"); };
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

// Tags and a policy at creation need the rights to set those as well.
constexpr auto table_created = [](const Call& call, const CreateTableInput& input) {
  const std::string arn = arn_of_table(call, input.TableName);
  std::vector<Access> accesses{{"", arn, {}}};
  if (input.Tags && !input.Tags->empty()) accesses.push_back({"dynamodb:TagResource", arn, {}});
  if (input.ResourcePolicy) accesses.push_back({"dynamodb:PutResourcePolicy", arn, {}});
  return accesses;
};

constexpr Operation kOperations[] = {
    transacting<batch_write_item, items_written>("BatchWriteItem", "dynamodb:BatchWriteItem"),
    transacting<create_table, table_created>("CreateTable", "dynamodb:CreateTable"),
    transacting<delete_item, item_deleted>("DeleteItem", "dynamodb:DeleteItem"),
    transacting<delete_resource_policy, tagged_table>("DeleteResourcePolicy", "dynamodb:DeleteResourcePolicy"),
    transacting<delete_table, table_of>("DeleteTable", "dynamodb:DeleteTable"),
    reading<describe_endpoints, all_tables>("DescribeEndpoints", "dynamodb:DescribeEndpoints"),
    reading<describe_limits, all_tables>("DescribeLimits", "dynamodb:DescribeLimits"),
    transacting<describe_table, table_of>("DescribeTable", "dynamodb:DescribeTable"),
    reading<get_item, item_got>("GetItem", "dynamodb:GetItem"),
    reading<get_resource_policy, tagged_table>("GetResourcePolicy", "dynamodb:GetResourcePolicy"),
    reading<list_tables, all_tables>("ListTables", "dynamodb:ListTables"),
    reading<list_tags_of_resource, tagged_table>("ListTagsOfResource", "dynamodb:ListTagsOfResource"),
    transacting<put_item, item_put>("PutItem", "dynamodb:PutItem"),
    transacting<put_resource_policy, tagged_table>("PutResourcePolicy", "dynamodb:PutResourcePolicy"),
    reading<scan, table_scanned>("Scan", "dynamodb:Scan"),
    transacting<tag_resource, tagged_table>("TagResource", "dynamodb:TagResource"),
    transacting<untag_resource, tagged_table>("UntagResource", "dynamodb:UntagResource"),
    transacting<update_table, table_of>("UpdateTable", "dynamodb:UpdateTable"),
};

}  // namespace

Service dynamodb_service(DynamoDb& dynamodb) {
  Service service;
  service.model = &model();
  service.operations = kOperations;
  service.self = &dynamodb;
  service.resource_policy = &policy_of_resource;
  return service;
}

void register_background(DynamoDb& dynamodb) {
  dynamodb.background.on_message(std::string(kEraseMessage), &erase_step);
  dynamodb.background.on_message(std::string(kCountMessage), &count_step);
  dynamodb.background.on_message(std::string(kBackfillMessage), &backfill_step);
  dynamodb.background.on_message(std::string(kDropMessage), &drop_step);
  dynamodb.background.on_timer(std::string(kTrimTimer), [&dynamodb](Transaction& tx, const Timer& timer) {
    return trim_step(dynamodb, tx, timer);
  });
}

}  // namespace orrery::dynamodb
