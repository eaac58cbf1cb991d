// One event on its way to one target, as its message says it.
#pragma once

#include "background/background.h"
#include "services/events/delivery/input.h"
#include "services/events/records.h"

namespace orrery::events {

struct Parcel {
  RuleFacts rule;
  BusName bus;
  Target target;
  std::string event, trace_id;
  // Of API destinations, whose messages are also put off without having been tried.
  std::int64_t tries = 0;
  std::optional<Instant> place;  // given by the destination's pace
  bool renewed = false;          // a token was refused once
};

Result<Parcel> open_parcel(const Message& message);
std::string pack(const Parcel& parcel);

// The target's retry policy.
struct Limits {
  std::int64_t retries = 0;
  std::chrono::seconds age{};
};
Limits limits_of(const Target& target);
// An attempt that comes too late, after downtime or because the pause between two attempts ended after the event's last
// second, is not made.
bool too_old(const Message& message, const Limits& limits, Instant at);
// What the real service does not try again.
bool permanent(const Error& error);

}  // namespace orrery::events
