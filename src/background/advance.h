// Winds the clock forward from due instant to due instant, letting everything settle at each.
#pragma once

#include "background/agenda.h"

#include <mutex>

namespace orrery::background {

class Winder {
 public:
  Winder(Clock& clock, Agenda& agenda) : clock_(clock), agenda_(agenda) {}

  // As Background::advance(), without the list. One at a time: the caller sees to it.
  Result<> advance(Millis span, Millis settle_timeout);

 private:
  Result<> settle(Millis timeout);
  Result<> walk(Instant end, Millis settle_timeout);
  Result<> stop_at(Instant at, Millis settle_timeout);

  Clock& clock_;
  Agenda& agenda_;
  Instant stands_at_;  // where walk() froze the clock last
};

}  // namespace orrery::background
