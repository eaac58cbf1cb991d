// Serves the URLs of deployment packages that GetFunction gives out (services/lambda/code_url.h).
#pragma once

#include "base/clock.h"
#include "blob/blob.h"
#include "http/message.h"
#include "services/lambda/code_url.h"
#include "wire/shape.h"

namespace orrery::server {

// All of it is borrowed. `wording` is the service in whose shape errors are told: S3, which serves them in AWS.
struct CodeDownload {
  const lambda::CodeUrls& urls;
  BlobStore& blobs;
  Clock& clock;
  Random& random;
  const wire::ServiceModel& wording;

  http::Response answer(const http::Request& request) const;

 private:
  Result<http::Response> open(const http::Request& request) const;
};

}  // namespace orrery::server
