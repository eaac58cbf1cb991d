#include "services/dynamodb/dynamodb.h"

#include "services/dynamodb/access.h"
#include "services/dynamodb/backups/operations.h"
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
    transacting<create_backup, table_of>("CreateBackup", "dynamodb:CreateBackup"),
    transacting<create_table, table_created>("CreateTable", "dynamodb:CreateTable"),
    transacting<delete_backup, backup_named>("DeleteBackup", "dynamodb:DeleteBackup"),
    transacting<delete_item, item_deleted>("DeleteItem", "dynamodb:DeleteItem"),
    transacting<delete_table, table_of>("DeleteTable", "dynamodb:DeleteTable"),
    reading<describe_backup, backup_named>("DescribeBackup", "dynamodb:DescribeBackup"),
    reading<describe_continuous_backups, table_of>("DescribeContinuousBackups", "dynamodb:DescribeContinuousBackups"),
    reading<describe_export, export_named>("DescribeExport", "dynamodb:DescribeExport"),
    reading<describe_import, import_named>("DescribeImport", "dynamodb:DescribeImport"),
    transacting<describe_table, table_of>("DescribeTable", "dynamodb:DescribeTable"),
    transacting<export_table_to_point_in_time, table_exported>("ExportTableToPointInTime",
                                                               "dynamodb:ExportTableToPointInTime"),
    reading<get_item, item_got>("GetItem", "dynamodb:GetItem"),
    transacting<import_table, table_imported>("ImportTable", "dynamodb:ImportTable"),
    reading<list_backups, all_backups>("ListBackups", "dynamodb:ListBackups"),
    reading<list_exports, all_exports>("ListExports", "dynamodb:ListExports"),
    reading<list_imports, all_imports>("ListImports", "dynamodb:ListImports"),
    reading<list_tables, all_tables>("ListTables", "dynamodb:ListTables"),
    reading<list_tags_of_resource, tagged_table>("ListTagsOfResource", "dynamodb:ListTagsOfResource"),
    transacting<put_item, item_put>("PutItem", "dynamodb:PutItem"),
    transacting<restore_table_from_backup, restored_from_backup>("RestoreTableFromBackup",
                                                                 "dynamodb:RestoreTableFromBackup"),
    transacting<restore_table_to_point_in_time, restored_to_point_in_time>("RestoreTableToPointInTime",
                                                                           "dynamodb:RestoreTableToPointInTime"),
    reading<scan, table_scanned>("Scan", "dynamodb:Scan"),
    transacting<tag_resource, tagged_table>("TagResource", "dynamodb:TagResource"),
    transacting<untag_resource, tagged_table>("UntagResource", "dynamodb:UntagResource"),
    transacting<update_continuous_backups, table_of>("UpdateContinuousBackups", "dynamodb:UpdateContinuousBackups"),
};

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
  register_backups(dynamodb);
}

}  // namespace orrery::dynamodb
