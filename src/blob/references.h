// The row that counts a blob's references (KeyKind::Blob).
#pragma once

#include "base/time.h"
#include "store/store.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace orrery::blob {

struct References {
  std::uint64_t count = 0;
  bool dying = false;   // the collector is about to delete the file: no new reference any more
  Instant released_at;  // when the count came to zero, by the machine's clock
};

std::string references_key(std::string_view id);
// The id of a key of that kind; empty when malformed.
std::string id_of_key(std::string_view key);
std::string encode(const References& references);
Result<References> decode_references(std::string_view id, std::string_view value);
Result<std::optional<References>> find_references(Reader& reader, std::string_view id);

}  // namespace orrery::blob
