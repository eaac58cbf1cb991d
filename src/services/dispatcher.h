// How one service reaches another: by operation name, as a principal, hence through authorization. Declared here,
// implemented in gateway/.
#pragma once

#include "auth/evaluate.h"
#include "base/json.h"
#include "store/store.h"

#include <string>
#include <string_view>
#include <vector>

namespace orrery {

// In whose name a service acts.
struct Caller {
  auth::Principal principal;  // a service ("events.amazonaws.com"), or a role session
  std::string account, region;
  std::string source_arn;                 // aws:SourceArn: the rule, bucket, … on whose behalf
  std::vector<std::string> called_via{};  // aws:CalledVia, when a principal's own request is passed on in its name
  std::string trace_id{};                 // as Call::trace_id
};

class Dispatcher {
 public:
  virtual ~Dispatcher() = default;
  // Runs a reading or transacting operation inside `tx`: parsed and validated from its JSON form (blobs in base64),
  // authorized, run. Returns the output's JSON form. Errors are those of the operation, AccessDenied, and
  // NotImplemented for what is unknown or waits.
  virtual Result<json::value> dispatch(Transaction& tx, const Caller& caller, std::string_view service,
                                       std::string_view operation, const json::value& input) = 0;
  // As dispatch(), of an operation whose reply is a stream of bytes (s3 GetObject): returns those, at most
  // `limit_bytes` (more: an error).
  virtual Result<std::string> fetch(Transaction& tx, const Caller& caller, std::string_view service,
                                    std::string_view operation, const json::value& input, std::size_t limit_bytes) = 0;
  // As dispatch(), of an operation that takes a stream of bytes (s3 PutObject): `payload`, which is in memory, hence of
  // some MiB at most.
  virtual Result<json::value> upload(Transaction& tx, const Caller& caller, std::string_view service,
                                     std::string_view operation, const json::value& input,
                                     std::string_view payload) = 0;
};

}  // namespace orrery
