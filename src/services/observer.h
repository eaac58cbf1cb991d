// Who wants to know of every request once it has ended: the access log, CloudTrail. Declared here, called by gateway/.
#pragma once

#include "services/call.h"
#include "services/operation.h"

#include <span>
#include <string_view>

namespace orrery {

// One request at its end, whatever became of it. Everything is borrowed for the length of the call.
struct EndedRequest {
  const Service& service;
  std::string_view name;        // the operation's, also of one that is answered 501; empty when none was recognized
  const Operation* operation;   // nullptr: it ended before its row was known
  const Call& call;             // call.principal is nullptr when nobody was recognized
  std::string_view access_key;  // that the request was signed with; empty when a service acts
  const void* input;            // of Operation::input_shape(); nullptr when it was refused before it was read
  const void* output;           // of Operation::output_shape(); nullptr when it failed
  const Error* error;           // nullptr when it went well; `code` and `message` as the client sees them
  std::span<const Judged> judged;
  bool dispatched;  // one service called another: inside a transaction that may be run again, or fail to commit
};

class RequestObserver {
 public:
  virtual ~RequestObserver() = default;
  // On the connection's thread, before the reply leaves: be quick (no store, no file; hand over to a thread of your
  // own). Thread-safe.
  virtual void ended(const EndedRequest& request) = 0;
};

}  // namespace orrery
