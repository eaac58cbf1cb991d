#include "wire/event_stream.h"

#include <array>
#include <cstdint>

namespace orrery::wire {
namespace {

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0xedb88320U : 0U);
    table[i] = value;
  }
  return table;
}
constexpr auto kTable = make_table();

std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = 0xffffffffU;
  for (const char byte : bytes) crc = (crc >> 8) ^ kTable[(crc ^ static_cast<unsigned char>(byte)) & 0xffU];
  return ~crc;
}

void append_number(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
}

constexpr char kString = 7;  // the type of a header's value

}  // namespace

std::string event_message(const std::vector<std::pair<std::string_view, std::string_view>>& headers,
                          std::string_view payload) {
  std::string block;
  for (const auto& [name, value] : headers) {
    append_number(block, name.size(), 1);
    block.append(name);
    block += kString;
    append_number(block, value.size(), 2);
    block.append(value);
  }
  constexpr std::size_t kAround = 4 + 4 + 4 + 4;
  std::string out;
  out.reserve(kAround + block.size() + payload.size());
  append_number(out, kAround + block.size() + payload.size(), 4);
  append_number(out, block.size(), 4);
  append_number(out, crc32(out), 4);
  out.append(block).append(payload);
  append_number(out, crc32(out), 4);
  return out;
}

std::string event_message(std::string_view event, std::string_view content_type, std::string_view payload) {
  return event_message({{":event-type", event}, {":content-type", content_type}, {":message-type", "event"}}, payload);
}

}  // namespace orrery::wire
