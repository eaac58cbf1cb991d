// Where an event stands.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace orrery::logs {

// In its stream: by time and, at the same millisecond, in order of arrival.
struct Position {
  std::int64_t timestamp_ms = 0;
  std::uint64_t counter = 0;

  auto operator<=>(const Position&) const = default;
};

// In its group: streams interleave by time and, at the same millisecond, in the order of their numbers.
struct Place {
  std::int64_t timestamp_ms = 0;
  std::uint64_t stream = 0;
  std::uint64_t counter = 0;

  auto operator<=>(const Place&) const = default;
  Position position() const { return {timestamp_ms, counter}; }
};

inline constexpr std::uint64_t kLastNumber = std::numeric_limits<std::uint64_t>::max();

}  // namespace orrery::logs
