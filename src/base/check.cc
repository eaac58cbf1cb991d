#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace orrery {
void crash(std::string_view what, const char* file, int line) {
  std::fprintf(stderr, "orrery: broken invariant at %s:%d: %.*s\n", file, line, static_cast<int>(what.size()),
               what.data());
  std::abort();
}
}  // namespace orrery
