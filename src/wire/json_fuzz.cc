// Arbitrary bytes as the body of JSON requests; what is accepted is written out and must be read again.
#include "base/check.h"
#include "shapes/events.h"
#include "shapes/lambda.h"
#include "shapes/logs.h"
#include "wire/test_support.h"

using namespace orrery;

template <class T>
void run(const wire::ServiceModel& service, std::string_view operation, std::string_view body) {
  wire::testing::Sent sent{.body = std::string(body)};
  T input{};
  const wire::Shape& shape = wire::shape_for<T>();
  if (!wire::parse_input(service, *wire::find_operation(service, operation), sent.parts(), &input)) return;
  T again{};
  CHECK(wire::from_document(shape, wire::to_document(shape, &input), &again, true));
}

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 5) {
    case 0:
      run<logs::PutLogEventsRequest>(logs::model(), "PutLogEvents", body);
      break;
    case 1:
      run<events::PutTargetsRequest>(events::model(), "PutTargets", body);
      break;
    case 2:
      run<events::PutEventsRequest>(events::model(), "PutEvents", body);
      break;
    case 3:
      run<lambda::CreateFunctionRequest>(lambda::model(), "CreateFunction", body);
      break;
    default:
      run<logs::CreateLogGroupRequest>(logs::model(), "CreateLogGroup", body);
  }
  return 0;
}
