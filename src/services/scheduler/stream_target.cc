#include "services/scheduler/stream_target.h"

#include "base/encode.h"

namespace orrery::scheduler {
namespace {

constexpr std::string_view kDataStream = "stream/", kDeliveryStream = "deliverystream/";

bool is_data_stream(const Arn& arn) { return arn.service == "kinesis" && arn.resource.starts_with(kDataStream); }
bool is_delivery_stream(const Arn& arn) {
  return arn.service == "firehose" && arn.resource.starts_with(kDeliveryStream);
}

}  // namespace

bool is_stream(const Arn& arn) { return is_data_stream(arn) || is_delivery_stream(arn); }

// docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html: PutRecord of both.
Result<Invocation> stream_target(const Target& target, const Arn& arn, const std::string& input) {
  Invocation invocation;
  invocation.operation = "PutRecord";
  invocation.service = arn.service;
  invocation.label = arn.service + ":" + arn.resource;
  if (is_delivery_stream(arn)) {
    invocation.input = json::object{{"DeliveryStreamName", arn.resource.substr(kDeliveryStream.size())},
                                    {"Record", json::object{{"Data", base64(input)}}}};
    return invocation;
  }
  if (!target.KinesisParameters) {
    return fail(api_error("ValidationException", "KinesisParameters is required for the target " + target.Arn + "."));
  }
  invocation.input = json::object{
      {"StreamARN", target.Arn}, {"PartitionKey", target.KinesisParameters->PartitionKey}, {"Data", base64(input)}};
  return invocation;
}

}  // namespace orrery::scheduler
