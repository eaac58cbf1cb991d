#include "services/dynamodb/dynamodb.h"

#include "services/dynamodb/access.h"
#include "services/dynamodb/items/page_terms.h"
#include "services/dynamodb/items/rules.h"
#include "services/dynamodb/items/tokens.h"
#include "services/dynamodb/operations.h"

namespace orrery::dynamodb {
namespace {

constexpr auto table_of = [](const Call& call, const auto& input) { return arn_of_table(call, input.TableName); };
constexpr auto all_tables = [](const Call&, const ListTablesInput&) { return std::string("*"); };
constexpr auto tagged_table = [](const Call&, const auto& input) { return input.ResourceArn; };

// Statements are authorized one by one, when they are known.
constexpr auto by_statement = [](const Call&, const auto&) { return std::vector<Access>(); };

constexpr auto items_read = [](const Call& call, Reader& reader, const auto& input) {
  return read_access(call, reader, input);
};

// Tags at creation need the right to tag as well.
constexpr auto table_created = [](const Call& call, const CreateTableInput& input) {
  const std::string arn = arn_of_table(call, input.TableName);
  std::vector<Access> accesses{{"", arn, {}}};
  if (input.Tags && !input.Tags->empty()) accesses.push_back({"dynamodb:TagResource", arn, {}});
  return accesses;
};

constexpr Operation kOperations[] = {
    transacting<batch_execute_statement, by_statement>("BatchExecuteStatement", "dynamodb:PartiQLSelect"),
    reading<batch_get_item, items_got>("BatchGetItem", "dynamodb:BatchGetItem"),
    transacting<batch_write_item, items_written>("BatchWriteItem", "dynamodb:BatchWriteItem"),
    transacting<create_table, table_created>("CreateTable", "dynamodb:CreateTable"),
    transacting<delete_item, item_deleted>("DeleteItem", "dynamodb:DeleteItem"),
    transacting<delete_table, table_of>("DeleteTable", "dynamodb:DeleteTable"),
    transacting<describe_table, table_of>("DescribeTable", "dynamodb:DescribeTable"),
    transacting<execute_statement, by_statement>("ExecuteStatement", "dynamodb:PartiQLSelect"),
    transacting<execute_transaction, by_statement>("ExecuteTransaction", "dynamodb:PartiQLSelect"),
    reading<get_item, item_got>("GetItem", "dynamodb:GetItem"),
    reading<list_tables, all_tables>("ListTables", "dynamodb:ListTables"),
    reading<list_tags_of_resource, tagged_table>("ListTagsOfResource", "dynamodb:ListTagsOfResource"),
    transacting<put_item, item_put>("PutItem", "dynamodb:PutItem"),
    reading<query, items_read>("Query", "dynamodb:Query"),
    reading<scan, items_read>("Scan", "dynamodb:Scan"),
    transacting<tag_resource, tagged_table>("TagResource", "dynamodb:TagResource"),
    // Transactions need their members' actions; they have none of their own.
    reading<transact_get_items, transaction_got>("TransactGetItems", "dynamodb:GetItem"),
    transacting<transact_write_items, transaction_written>("TransactWriteItems", "dynamodb:PutItem"),
    transacting<untag_resource, tagged_table>("UntagResource", "dynamodb:UntagResource"),
    transacting<update_item, item_updated>("UpdateItem", "dynamodb:UpdateItem"),
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
  dynamodb.background.on_timer(std::string(kTokenTimer), [&dynamodb](Transaction& tx, const Timer& timer) {
    return sweep_tokens(dynamodb, tx, timer);
  });
}

}  // namespace orrery::dynamodb
