#include "services/s3/errors.h"

#include "shapes/s3.h"

namespace orrery::s3 {

::orrery::Error no_such_bucket(const std::string& bucket) {
  return errors::NoSuchBucket("The specified bucket does not exist").with("BucketName", bucket);
}

::orrery::Error no_such_key(const std::string& key) {
  return errors::NoSuchKey("The specified key does not exist.").with("Key", key);
}

::orrery::Error access_denied() { return api_error("AccessDenied", "Access Denied", 403); }

::orrery::Error invalid_argument(std::string message, std::string_view name, std::string value) {
  return api_error("InvalidArgument", std::move(message), 400)
      .with("ArgumentName", std::string(name))
      .with("ArgumentValue", std::move(value));
}

::orrery::Error precondition_failed(std::string_view condition) {
  return api_error("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", 412)
      .with("Condition", std::string(condition));
}

::orrery::Error not_built(std::string_view header) {
  return api_error("NotImplemented", "A header you provided implies functionality that is not implemented", 501)
      .with("Header", std::string(header));
}

}  // namespace orrery::s3
