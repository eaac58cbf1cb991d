// Kinesis data streams as destinations of a table's changes. Changes are not sent there: what is enabled is
// recorded and fails, as it does with the service when the named stream does not exist. A
// destination is never active, so there is none to disable or update, which is said in the service's words.
#include "services/dynamodb/operations.h"
#include "services/dynamodb/tables/tables.h"

#include <algorithm>

namespace orrery::dynamodb {
namespace {

Error wrong_state(const std::string& why) {
  return validation_error("Table is not in a valid state to enable Kinesis Streaming Destination: " + why);
}

}  // namespace

Result<KinesisStreamingDestinationOutput> enable_kinesis_streaming_destination(
    Call& call, Transaction& tx, const KinesisStreamingDestinationInput& input) {
  const TableName name = TRY(parse_table_name(call, input.TableName));
  Table table = *TRY(existing_table(tx, name));
  const auto same = [&](const KinesisDataStreamDestination& one) { return one.StreamArn == input.StreamArn; };
  std::erase_if(table.destinations, same);
  auto& destination = table.destinations.emplace_back();
  destination.StreamArn = input.StreamArn;
  destination.DestinationStatus = DestinationStatus::ENABLE_FAILED;
  destination.DestinationStatusDescription = "Orrery does not send changes of tables to Kinesis streams";
  if (input.EnableKinesisStreamingConfiguration) {
    destination.ApproximateCreationDateTimePrecision =
        input.EnableKinesisStreamingConfiguration->ApproximateCreationDateTimePrecision;
  }
  TRY(put_table(tx, name, table));
  KinesisStreamingDestinationOutput output;
  output.TableName = name.name;
  output.StreamArn = input.StreamArn;
  output.DestinationStatus = DestinationStatus::ENABLING;
  output.EnableKinesisStreamingConfiguration = input.EnableKinesisStreamingConfiguration;
  return output;
}

Result<KinesisStreamingDestinationOutput> disable_kinesis_streaming_destination(
    Call& call, Reader& reader, const KinesisStreamingDestinationInput& input) {
  TRY(existing_table(reader, TRY(parse_table_name(call, input.TableName))));
  if (input.EnableKinesisStreamingConfiguration) {
    return fail(validation_error("Stream cannot be disabled using EnableKinesisStreamingConfiguration parameters"));
  }
  return fail(wrong_state("KinesisStreamingDestination must be ACTIVE to perform DISABLE operation."));
}

Result<UpdateKinesisStreamingDestinationOutput> update_kinesis_streaming_destination(
    Call& call, Reader& reader, const UpdateKinesisStreamingDestinationInput& input) {
  const TableName name = TRY(parse_table_name(call, input.TableName));
  const auto table = TRY(existing_table(reader, name));
  if (!input.UpdateKinesisStreamingConfiguration ||
      !input.UpdateKinesisStreamingConfiguration->ApproximateCreationDateTimePrecision) {
    return fail(validation_error(
        "Streaming destination cannot be updated with given parameters: UpdateKinesisStreamingConfiguration cannot be "
        "null or contain only null values"));
  }
  if (std::ranges::find(table->destinations, input.StreamArn, &KinesisDataStreamDestination::StreamArn) ==
      table->destinations.end()) {
    return fail(wrong_state("No streaming destination with streamArn: " + input.StreamArn +
                            " found for table with tableName: " + name.name));
  }
  return fail(wrong_state(
      "Kinesis streaming is not in ACTIVE state. Updates are only allowed in ACTIVE state. TableName: " + name.name +
      ", kdsArn: " + input.StreamArn));
}

Result<DescribeKinesisStreamingDestinationOutput> describe_kinesis_streaming_destination(
    Call& call, Reader& reader, const DescribeKinesisStreamingDestinationInput& input) {
  const TableName name = TRY(parse_table_name(call, input.TableName));
  DescribeKinesisStreamingDestinationOutput output;
  output.TableName = name.name;
  output.KinesisDataStreamDestinations = TRY(existing_table(reader, name))->destinations;
  return output;
}

}  // namespace orrery::dynamodb
