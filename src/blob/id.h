// A blob's id is its file's name and says what the file must hold: RANDOM-SIZE-CRC32C, in hex. The file itself is the
// content and nothing else, so that whoever needs a path can use it.
#pragma once

#include "base/random.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace orrery::blob {

struct Id {
  std::uint64_t size = 0;
  std::uint32_t crc = 0;
};

std::string make_id(Random& random, Id id);
// nullopt: not an id that make_id has made (hence never a path out of the folder).
std::optional<Id> parse_id(std::string_view text);

}  // namespace orrery::blob
