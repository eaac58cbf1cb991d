// A broken invariant ends the process with a message: never limp on.
#pragma once

#include <string_view>

namespace orrery {
[[noreturn]] void crash(std::string_view what, const char* file, int line);
}

#define CHECK(condition)                               \
  do {                                                 \
    if (!(condition)) [[unlikely]]                     \
      ::orrery::crash(#condition, __FILE__, __LINE__); \
  } while (false)
