#include "services/dynamodb/operations.h"
#include "services/dynamodb/tables/counting.h"
#include "services/dynamodb/tables/describing.h"
#include "store/key.h"

namespace orrery::dynamodb {

Result<DescribeTableOutput> describe_table(DynamoDb& dynamodb, Call& call, Transaction& tx,
                                           const DescribeTableInput& input) {
  const TableName name = TRY(parse_table_name(call, input.TableName));
  const auto table = TRY(existing_table(tx, name));
  DescribeTableOutput output;
  auto& description = output.Table.emplace(table->description);
  TRY(fill_counts(dynamodb, call, tx, name, *table, description));
  if (is_being_made(*table, call.now)) describe_being_made(description);
  return output;
}

Result<ListTablesOutput> list_tables(Call& call, Reader& reader, const ListTablesInput& input) {
  const auto limit = static_cast<std::size_t>(input.Limit.value_or(100));
  const std::string prefix = tables_prefix(call.account, call.region);
  KeyRange range = prefix_range(prefix);
  if (input.ExclusiveStartTableName) {
    range.begin = table_key({call.account, call.region, *input.ExclusiveStartTableName}) + '\0';
  }
  ListTablesOutput output;
  auto& names = output.TableNames.emplace();
  const auto cursor = reader.scan(range);
  while (cursor->next()) {
    if (names.size() == limit) {
      output.LastEvaluatedTableName = names.back();
      break;
    }
    KeyReader key(cursor->key());
    key.text();
    key.text();
    names.push_back(key.text());
  }
  TRY(cursor->status());
  return output;
}

}  // namespace orrery::dynamodb
