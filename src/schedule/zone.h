// Time zones by IANA name, from the system's zoneinfo. UTC never touches that database.
#pragma once

#include "base/time.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace orrery::schedule {

// Minutes of the wall clock since 1970-01-01T00:00 local time.
using LocalMinutes = std::chrono::minutes;

class Zone {
 public:
  static const Zone& utc();
  // nullopt when there is no such zone. "UTC" and "Etc/UTC" are found without loading the database. Thread-safe.
  static std::optional<Zone> find(std::string_view name);

  const std::string& name() const { return name_; }
  bool is_utc() const { return zone_ == nullptr; }

  // What clocks there show, to the minute below.
  LocalMinutes to_local(Instant t) const;
  // When clocks there show `local`: nullopt for a time that they skip in spring, the first of the two instants for a
  // time that they show twice in autumn (EventBridge Scheduler runs such a schedule once).
  std::optional<Instant> to_instant(LocalMinutes local) const;

 private:
  explicit Zone(std::string name, const void* zone) : name_(std::move(name)), zone_(zone) {}

  std::string name_;
  const void* zone_;  // date::time_zone, owned by the date library for the life of the process; null for UTC
};

}  // namespace orrery::schedule
