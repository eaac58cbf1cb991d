#include "schedule/zone.h"

#include <exception>

#include <date/tz.h>

namespace orrery::schedule {
namespace {

const date::time_zone& as_zone(const void* zone) { return *static_cast<const date::time_zone*>(zone); }

}  // namespace

const Zone& Zone::utc() {
  static const Zone zone("UTC", nullptr);
  return zone;
}

std::optional<Zone> Zone::find(std::string_view name) {
  if (name == "UTC" || name == "Etc/UTC") return Zone(std::string(name), nullptr);
  try {
    return Zone(std::string(name), date::locate_zone(std::string(name)));
  } catch (const std::exception&) {  // the library's only way to say "no such zone" (or no database at all)
    return std::nullopt;
  }
}

LocalMinutes Zone::to_local(Instant t) const {
  auto since_epoch = t.time_since_epoch();
  if (zone_ != nullptr) since_epoch += as_zone(zone_).get_info(std::chrono::floor<std::chrono::seconds>(t)).offset;
  return std::chrono::floor<std::chrono::minutes>(since_epoch);
}

std::optional<Instant> Zone::to_instant(LocalMinutes local) const {
  if (zone_ == nullptr) return Instant(local);
  const auto info = as_zone(zone_).get_info(date::local_seconds(local));
  if (info.result == date::local_info::nonexistent) return std::nullopt;
  return Instant(local - info.first.offset);
}

}  // namespace orrery::schedule
