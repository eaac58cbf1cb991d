// Arbitrary bytes as the body of RPC v2 CBOR requests; what is accepted is written out and must be read again.
#include "base/check.h"
#include "shapes/cloudwatch.h"
#include "wire/test_support.h"

using namespace orrery;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const wire::ServiceModel kModel = [] {
    wire::ServiceModel model = cloudwatch::model();
    model.protocol = wire::Protocol::RpcV2Cbor;
    return model;
  }();
  wire::testing::Sent sent{.body = std::string(reinterpret_cast<const char*>(data), size)};
  cloudwatch::PutMetricDataInput input;
  const wire::OperationModel& operation = *wire::find_operation(kModel, "PutMetricData");
  if (!wire::parse_input(kModel, operation, sent.parts(), &input)) return 0;
  wire::OperationModel echo = operation;
  echo.output = operation.input;
  wire::testing::Sent again{.body = wire::serialize_output(kModel, echo, &input, "r").body};
  cloudwatch::PutMetricDataInput copy;
  CHECK(wire::parse_input(kModel, operation, again.parts(), &copy));
  return 0;
}
