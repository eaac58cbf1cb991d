#include "base/utf8.h"

#include <cstddef>

namespace orrery {
namespace {

// Length of the well-formed UTF-8 sequence at the front (Unicode 15, table 3-7), 0 when there is none; `bad` is then
// how many bytes the maximal ill-formed part has.
std::size_t sequence(std::string_view text, std::size_t& bad) {
  const auto byte = [&text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  bad = 1;
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  std::size_t length = 0;
  unsigned low = 0x80, high = 0xBF;
  if (first >= 0xC2 && first <= 0xDF) length = 2;
  if (first >= 0xE0 && first <= 0xEF) length = 3;
  if (first >= 0xF0 && first <= 0xF4) length = 4;
  if (first == 0xE0) low = 0xA0;
  if (first == 0xED) high = 0x9F;
  if (first == 0xF0) low = 0x90;
  if (first == 0xF4) high = 0x8F;
  if (length == 0) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (i >= text.size() || byte(i) < low || byte(i) > high) return 0;
    low = 0x80, high = 0xBF;
    bad = i + 1;
  }
  return length;
}

}  // namespace

bool is_utf8(std::string_view bytes) {
  for (std::size_t bad = 0; !bytes.empty();) {
    const std::size_t good = sequence(bytes, bad);
    if (good == 0) return false;
    bytes.remove_prefix(good);
  }
  return true;
}

std::string to_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    std::size_t bad = 0;
    const std::size_t good = sequence(bytes, bad);
    if (good > 0) {
      out.append(bytes.substr(0, good));
    } else {
      out += "\xEF\xBF\xBD";
    }
    bytes.remove_prefix(good > 0 ? good : bad);
  }
  return out;
}

}  // namespace orrery
