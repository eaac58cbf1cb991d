// The sequence token that older clients hand back to PutLogEvents. The service has ignored it since 2023, and still
// returns one: 56 digits.
#pragma once

#include "services/logs/records.h"

#include <string>

namespace orrery::logs {

inline std::string sequence_token(const StreamRecord& stream) {
  const std::string count = std::to_string(stream.next_counter);
  return "49" + std::string(54 - count.size(), '0') + count;
}

}  // namespace orrery::logs
