// Arbitrary bytes as the form of query requests, and as path and query string of REST requests.
#include "shapes/iam.h"
#include "shapes/s3.h"
#include "shapes/sts.h"
#include "wire/route.h"
#include "wire/test_support.h"

using namespace orrery;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  static const wire::RestRouter router(s3::model());
  switch (data[0] % 4) {
    case 0:
      (void)wire::testing::parse<iam::CreateRoleRequest>(iam::model(), "CreateRole", {.body = text});
      break;
    case 1:
      (void)wire::testing::parse<iam::TagRoleRequest>(iam::model(), "TagRole", {.body = text});
      break;
    case 2:
      (void)wire::testing::parse<sts::AssumeRoleRequest>(sts::model(), "AssumeRole", {.body = text});
      break;
    default:
      (void)router.find("GET", text, {{text, text}}, {});
  }
  return 0;
}
