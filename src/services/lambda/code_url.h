// Where GetFunction says that a package can be downloaded from: a URL on this server that needs no other signature, as
// Lambda gives a presigned one of S3, "valid for 10 minutes"
// (docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html). It names one blob and its expiry, under a key that this
// process made for itself: nobody who holds a credential, the root's included, can make one, and none outlives the
// process.
#pragma once

#include "base/random.h"
#include "base/result.h"
#include "base/time.h"

#include <string>
#include <string_view>

namespace orrery::lambda {

class CodeUrls {
 public:
  explicit CodeUrls(Random& random) : key_(random.token(64, kLowerHex)) {}

  static bool owns(std::string_view path);
  // Path and query, to be put behind "http://host:port".
  std::string make(const std::string& blob_id, Instant now) const;
  // The blob that a URL is for. Errors: AccessDenied (expired), SignatureDoesNotMatch, both 403, as S3 words them.
  Result<std::string> check(std::string_view path, std::string_view query, Instant now) const;

 private:
  std::string sign(std::string_view blob_id, std::string_view expires) const;

  std::string key_;
};

}  // namespace orrery::lambda
