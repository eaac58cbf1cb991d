#include "services/logs/chunks/pointer.h"

#include "services/logs/chunks/varint.h"
#include "services/paging.h"

namespace orrery::logs {

std::string event_pointer(std::uint64_t group_number, const Place& place, std::string_view group) {
  std::string bytes;
  put_varint(bytes, group_number);
  put_varint(bytes, static_cast<std::uint64_t>(place.timestamp_ms));
  put_varint(bytes, place.stream);
  put_varint(bytes, place.counter);
  return page_token(bytes.append(group));
}

std::optional<Pointed> read_pointer(const std::string& pointer) {
  const auto bytes = page_position(pointer);
  if (!bytes) return std::nullopt;
  std::string_view rest = *bytes;
  Pointed pointed;
  std::uint64_t time = 0;
  if (!take_varint(rest, pointed.group_number) || !take_varint(rest, time) ||
      !take_varint(rest, pointed.place.stream) || !take_varint(rest, pointed.place.counter) || time > INT64_MAX ||
      rest.empty()) {
    return std::nullopt;
  }
  pointed.place.timestamp_ms = static_cast<std::int64_t>(time);
  pointed.group = rest;
  return pointed;
}

}  // namespace orrery::logs
