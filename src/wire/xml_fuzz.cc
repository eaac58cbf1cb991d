// Arbitrary bytes as the body of XML requests.
#include "shapes/s3.h"
#include "wire/test_support.h"

using namespace orrery;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size == 0) return 0;
  wire::testing::Sent sent{.body = std::string(reinterpret_cast<const char*>(data) + 1, size - 1),
                           .headers = {{"content-type", "application/xml"}},
                           .labels = {{"Bucket", "b"}}};
  if (data[0] % 2 == 0) {
    (void)wire::testing::parse<s3::DeleteObjectsRequest>(s3::model(), "DeleteObjects", std::move(sent));
  } else {
    (void)wire::testing::parse<s3::CreateBucketRequest>(s3::model(), "CreateBucket", std::move(sent));
  }
  return 0;
}
