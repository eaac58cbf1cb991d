// Chains of causes, and loops in them. A trace header ("Root=1-…;Parent=…;Sampled=0;Lineage=1:0a1b2c3d:4") travels from
// a function's environment through the SDKs into what the function calls; its Lineage counts how often each function
// has run in the chain. After 16 times Lambda takes it for a loop
// (docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html). Pure functions.
#pragma once

#include "base/random.h"
#include "base/time.h"

#include <string>
#include <string_view>

namespace orrery::lambda {

inline constexpr int kMostLoops = 16;

struct TraceStep {
  std::string trace_id;  // for the invocation: the function is counted once more
  int times = 1;         // that the function runs in this chain, this time included
  bool loop() const { return times > kMostLoops; }
};

// `trace_id` is the caller's, empty or whatever a client sent.
TraceStep step_into(std::string_view trace_id, std::string_view function_arn, Random& random, Instant now);

}  // namespace orrery::lambda
