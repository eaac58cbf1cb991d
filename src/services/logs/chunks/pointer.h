// @ptr, by which GetLogRecord finds one event again: where it stands, and its group's name.
#pragma once

#include "services/logs/chunks/place.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace orrery::logs {

struct Pointed {
  std::uint64_t group_number = 0;
  Place place;
  std::string group;
};

std::string event_pointer(std::uint64_t group_number, const Place& place, std::string_view group);
// nullopt: not a pointer of ours.
std::optional<Pointed> read_pointer(const std::string& pointer);

}  // namespace orrery::logs
