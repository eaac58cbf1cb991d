#include "services/events/delivery/streams.h"

#include "base/encode.h"
#include "services/events/delivery/json_path.h"
#include "services/events/operations.h"

namespace orrery::events {
namespace {

constexpr std::size_t kMostKey = 256;  // of a partition key, in characters

// "The JSON path to be extracted from the event and used as the partition key … If you do not include this parameter,
// the default is to use the eventId" (docs.aws.amazon.com/eventbridge/latest/APIReference/API_KinesisParameters.html).
std::string partition_key(const Handover& handover) {
  const auto event = parse_json(handover.event);
  if (!event) return handover.rule_name;
  std::string key;
  if (handover.target.KinesisParameters) {
    const auto found = at_path(*event, handover.target.KinesisParameters->PartitionKeyPath);
    if (found) key = found->is_string() ? std::string(found->get_string()) : to_text(*found);
  }
  if (key.empty()) key = find_string(*event, "id").value_or(handover.rule_name);
  return key.size() > kMostKey ? hex(md5(key)) : key;
}

Result<> put(Events& events, Transaction& tx, const Handover& handover, std::string_view service,
             const json::object& input) {
  Caller caller;
  caller.account = handover.bus.account;
  caller.region = Arn::parse(handover.target.Arn)->region;
  caller.source_arn = handover.rule_arn;
  caller.trace_id = handover.trace_id;
  caller.principal = TRY(assume(events, tx, handover, handover.target.RoleArn.value_or("")));
  TRY(events.dispatcher.dispatch(tx, caller, service, "PutRecord", input));
  return {};
}

}  // namespace

Result<> to_data_stream(Events& events, Transaction& tx, const Handover& handover) {
  return put(events, tx, handover, "kinesis",
             {{"StreamARN", handover.target.Arn},
              {"PartitionKey", partition_key(handover)},
              {"Data", base64(handover.payload)}});
}

Result<> to_delivery_stream(Events& events, Transaction& tx, const Handover& handover) {
  const std::string resource = Arn::parse(handover.target.Arn)->resource;
  return put(events, tx, handover, "firehose",
             {{"DeliveryStreamName", resource.substr(resource.find('/') + 1)},
              {"Record", json::object{{"Data", base64(handover.payload)}}}});
}

Result<> check_stream_target(const Target& target, TargetKind kind) {
  if (!target.RoleArn) return fail(not_valid("RoleArn is required for target " + target.Arn + "."));
  if (!target.KinesisParameters) return {};
  if (kind != TargetKind::DataStream) {
    return fail(not_valid("KinesisParameters is not supported for target " + target.Arn + "."));
  }
  if (valid_path(target.KinesisParameters->PartitionKeyPath)) return {};
  return fail(not_valid("PartitionKeyPath for target " + target.Id +
                        " is not a valid JSON path: " + target.KinesisParameters->PartitionKeyPath + "."));
}

}  // namespace orrery::events
