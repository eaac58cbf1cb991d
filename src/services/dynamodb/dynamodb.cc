#include "services/dynamodb/dynamodb.h"

#include "services/dynamodb/access.h"
#include "services/dynamodb/backups/operations.h"
#include "services/dynamodb/changes/trimming.h"
#include "services/dynamodb/expiry/expiry.h"
#include "services/dynamodb/items/page_terms.h"
#include "services/dynamodb/items/rules.h"
#include "services/dynamodb/items/tokens.h"
#include "services/dynamodb/operations.h"
#include "services/dynamodb/tables/policies.h"

namespace orrery::dynamodb {
namespace {

constexpr auto table_of = [](const Call& call, const auto& input) { return arn_of_table(call, input.TableName); };
constexpr auto all_tables = [](const Call&, const auto&) { return std::string("*"); };
constexpr auto tagged_table = [](const Call&, const auto& input) { return input.ResourceArn; };

// Statements are authorized one by one, when they are known.
constexpr auto by_statement = [](const Call&, const auto&) { return std::vector<Access>(); };

constexpr auto items_read = [](const Call& call, Reader& reader, const auto& input) {
  return read_access(call, reader, input);
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
    transacting<batch_execute_statement, by_statement>("BatchExecuteStatement", "dynamodb:PartiQLSelect"),
    reading<batch_get_item, items_got>("BatchGetItem", "dynamodb:BatchGetItem"),
    transacting<batch_write_item, items_written>("BatchWriteItem", "dynamodb:BatchWriteItem"),
    transacting<create_backup, table_of>("CreateBackup", "dynamodb:CreateBackup"),
    transacting<create_table, table_created>("CreateTable", "dynamodb:CreateTable"),
    transacting<delete_backup, backup_named>("DeleteBackup", "dynamodb:DeleteBackup"),
    transacting<delete_item, item_deleted>("DeleteItem", "dynamodb:DeleteItem"),
    transacting<delete_resource_policy, tagged_table>("DeleteResourcePolicy", "dynamodb:DeleteResourcePolicy"),
    transacting<delete_table, table_of>("DeleteTable", "dynamodb:DeleteTable"),
    reading<describe_backup, backup_named>("DescribeBackup", "dynamodb:DescribeBackup"),
    reading<describe_continuous_backups, table_of>("DescribeContinuousBackups", "dynamodb:DescribeContinuousBackups"),
    reading<describe_endpoints, all_tables>("DescribeEndpoints", "dynamodb:DescribeEndpoints"),
    reading<describe_export, export_named>("DescribeExport", "dynamodb:DescribeExport"),
    reading<describe_import, import_named>("DescribeImport", "dynamodb:DescribeImport"),
    reading<describe_kinesis_streaming_destination, table_of>("DescribeKinesisStreamingDestination",
                                                              "dynamodb:DescribeKinesisStreamingDestination"),
    reading<describe_limits, all_tables>("DescribeLimits", "dynamodb:DescribeLimits"),
    transacting<describe_table, table_of>("DescribeTable", "dynamodb:DescribeTable"),
    reading<describe_time_to_live, table_of>("DescribeTimeToLive", "dynamodb:DescribeTimeToLive"),
    reading<disable_kinesis_streaming_destination, table_of>("DisableKinesisStreamingDestination",
                                                             "dynamodb:DisableKinesisStreamingDestination"),
    transacting<enable_kinesis_streaming_destination, table_of>("EnableKinesisStreamingDestination",
                                                                "dynamodb:EnableKinesisStreamingDestination"),
    transacting<execute_statement, by_statement>("ExecuteStatement", "dynamodb:PartiQLSelect"),
    transacting<execute_transaction, by_statement>("ExecuteTransaction", "dynamodb:PartiQLSelect"),
    transacting<export_table_to_point_in_time, table_exported>("ExportTableToPointInTime",
                                                               "dynamodb:ExportTableToPointInTime"),
    reading<get_item, item_got>("GetItem", "dynamodb:GetItem"),
    reading<get_resource_policy, tagged_table>("GetResourcePolicy", "dynamodb:GetResourcePolicy"),
    transacting<import_table, table_imported>("ImportTable", "dynamodb:ImportTable"),
    reading<list_backups, all_backups>("ListBackups", "dynamodb:ListBackups"),
    reading<list_exports, all_exports>("ListExports", "dynamodb:ListExports"),
    reading<list_imports, all_imports>("ListImports", "dynamodb:ListImports"),
    reading<list_tables, all_tables>("ListTables", "dynamodb:ListTables"),
    reading<list_tags_of_resource, tagged_table>("ListTagsOfResource", "dynamodb:ListTagsOfResource"),
    transacting<put_item, item_put>("PutItem", "dynamodb:PutItem"),
    transacting<put_resource_policy, tagged_table>("PutResourcePolicy", "dynamodb:PutResourcePolicy"),
    reading<query, items_read>("Query", "dynamodb:Query"),
    transacting<restore_table_from_backup, restored_from_backup>("RestoreTableFromBackup",
                                                                 "dynamodb:RestoreTableFromBackup"),
    transacting<restore_table_to_point_in_time, restored_to_point_in_time>("RestoreTableToPointInTime",
                                                                           "dynamodb:RestoreTableToPointInTime"),
    reading<scan, items_read>("Scan", "dynamodb:Scan"),
    transacting<tag_resource, tagged_table>("TagResource", "dynamodb:TagResource"),
    // Transactions need their members' actions; they have none of their own.
    reading<transact_get_items, transaction_got>("TransactGetItems", "dynamodb:GetItem"),
    transacting<transact_write_items, transaction_written>("TransactWriteItems", "dynamodb:PutItem"),
    transacting<untag_resource, tagged_table>("UntagResource", "dynamodb:UntagResource"),
    transacting<update_continuous_backups, table_of>("UpdateContinuousBackups", "dynamodb:UpdateContinuousBackups"),
    transacting<update_item, item_updated>("UpdateItem", "dynamodb:UpdateItem"),
    reading<update_kinesis_streaming_destination, table_of>("UpdateKinesisStreamingDestination",
                                                            "dynamodb:UpdateKinesisStreamingDestination"),
    transacting<update_table, table_of>("UpdateTable", "dynamodb:UpdateTable"),
    transacting<update_time_to_live, table_of>("UpdateTimeToLive", "dynamodb:UpdateTimeToLive"),
};

// Which operations have dynamodb:LeadingKeys; the rules find its values (and those of dynamodb:Attributes and the
// like).
constexpr ConditionKey kConditionKeys[] = {
    {"dynamodb:LeadingKeys", "Key"},           {"dynamodb:LeadingKeys", "Item"},
    {"dynamodb:LeadingKeys", "RequestItems"},  {"dynamodb:LeadingKeys", "TransactItems"},
    {"dynamodb:LeadingKeys", "KeyConditions"},
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
  service.condition_keys = kConditionKeys;
  service.resource_policy = &policy_of_resource;
  return service;
}

void register_background(DynamoDb& dynamodb) {
  dynamodb.background.on_message(std::string(kEraseMessage), &erase_step);
  dynamodb.background.on_message(std::string(kCountMessage), &count_step);
  dynamodb.background.on_timer(std::string(kTokenTimer), [&dynamodb](Transaction& tx, const Timer& timer) {
    return sweep_tokens(dynamodb, tx, timer);
  });
  dynamodb.background.on_message(std::string(kBackfillMessage), &backfill_step);
  dynamodb.background.on_message(std::string(kDropMessage), &drop_step);
  register_changes(dynamodb);
  register_backups(dynamodb);
}

}  // namespace orrery::dynamodb
