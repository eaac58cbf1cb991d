#include "services/dynamodb/expiry/expiry.h"
#include "services/dynamodb/operations.h"

namespace orrery::dynamodb {
namespace {

Result<> check_change(const Table& table, const TimeToLiveSpecification& wanted) {
  const std::string& current = table.expiry_attribute;
  if (current.empty()) {
    if (wanted.Enabled) return {};
    return fail(validation_error("TimeToLive is already disabled"));
  }
  if (current != wanted.AttributeName) {
    return fail(
        validation_error("TimeToLive is active on a different AttributeName: current AttributeName is " + current));
  }
  if (wanted.Enabled) return fail(validation_error("TimeToLive is already enabled"));
  return {};
}

}  // namespace

// A change is effective when the reply comes, so there is no time during which another one would be refused ("Time to
// live has been modified multiple times within a fixed interval").
Result<UpdateTimeToLiveOutput> update_time_to_live(DynamoDb& dynamodb, Call& call, Transaction& tx,
                                                   const UpdateTimeToLiveInput& input) {
  const TableName name = TRY(parse_table_name(call, input.TableName));
  Table table = *TRY(existing_table(tx, name));
  const TimeToLiveSpecification& wanted = input.TimeToLiveSpecification;
  TRY(check_change(table, wanted));
  if (wanted.Enabled) {
    TRY(start_expiry(dynamodb, call, tx, table, wanted.AttributeName));
  } else {
    TRY(stop_expiry(dynamodb, call, tx, table));
    table.expiry_attribute.clear();
    table.expiry_number = 0;
  }
  TRY(put_table(tx, name, table));
  UpdateTimeToLiveOutput output;
  output.TimeToLiveSpecification = wanted;
  return output;
}

Result<DescribeTimeToLiveOutput> describe_time_to_live(Call& call, Reader& reader,
                                                       const DescribeTimeToLiveInput& input) {
  const auto table = TRY(existing_table(reader, TRY(parse_table_name(call, input.TableName))));
  DescribeTimeToLiveOutput output;
  auto& out = output.TimeToLiveDescription.emplace();
  out.TimeToLiveStatus = table->expiry_attribute.empty() ? TimeToLiveStatus::DISABLED : TimeToLiveStatus::ENABLED;
  if (!table->expiry_attribute.empty()) out.AttributeName = table->expiry_attribute;
  return output;
}

}  // namespace orrery::dynamodb
