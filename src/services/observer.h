// Who wants to know of each request once it has been answered: the audit trail, the access log. Declared here, called
// by the gateway, implemented by services.
#pragma once

#include "services/operation.h"

#include <cstdint>
#include <span>
#include <string>

namespace orrery {

// Borrowed for the length of the call.
struct Answered {
  const Service* service = nullptr;      // nullptr: nothing that is here
  const Operation* operation = nullptr;  // nullptr: not one that is implemented
  std::string operation_name;            // as far as it is known
  const Call* call = nullptr;            // call->principal is nullptr when nobody was authenticated
  std::string access_key;                // of the signature; empty: none
  const void* input = nullptr;           // the operation's input struct; nullptr when it could not be read
  const void* output = nullptr;          // its output struct; nullptr after an error
  const Error* error = nullptr;          // nullptr: success
  int status = 0;                        // of HTTP
  std::int64_t duration_us = 0;
  // What authorization has said, in order: call->judged. One service that called another (`dispatched`) did so inside a
  // transaction that may be run again, or fail to commit.
  std::span<const Judged> judged;
  bool dispatched = false;
};

class Observer {
 public:
  virtual ~Observer() = default;
  // On the connection's thread, after the outcome is decided and before the reply is sent: must not block, and must not
  // fail the request.
  virtual void answered(const Answered& answered) = 0;
};

}  // namespace orrery
