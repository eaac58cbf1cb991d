// What an API destination is sent, and what its answer means
// (docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html).
#pragma once

#include "http/client/client.h"
#include "services/events/destinations/records.h"

#include <optional>
#include <string>
#include <string_view>

namespace orrery::events {

struct Invocation {
  const DestinationRecord& destination;
  const ConnectionRecord& connection;
  const std::optional<HttpParameters>& parameters;  // the target's
  std::string_view event;                           // the envelope, for parameters that are JSON paths
  std::string_view payload;                         // what the target's input settings make of it
  std::string_view token{};                         // of OAuth: the Authorization header's value
};
http::Outgoing invocation_request(const Invocation& invocation);

struct Verdict {
  enum class Kind : std::uint8_t {
    Done,
    Again,    // after a pause
    Renew,    // 401, 407: the token may have ended
    Dropped,  // trying again is no use
  } kind = Kind::Done;
  std::string reason;
  std::optional<std::chrono::seconds> after{};  // Again: what Retry-After asks for, at least
};
// "409, 429, and 5xx are retried … 1xx, 2xx, 3xx, and 4xx (excluding 429) are not"; a negative Retry-After stops it.
// `machine_now` is what a Retry-After that is a date counts from.
Verdict verdict_on(const Result<http::Answer>& answer, Instant machine_now);

}  // namespace orrery::events
