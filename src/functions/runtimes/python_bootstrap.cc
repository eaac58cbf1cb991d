#include "functions/runtimes/python_bootstrap.h"

#include <cstddef>

// ORRERY_PYTHON_BOOTSTRAP is the path of the source, from src/functions/functions.cmake.
__asm__(
    ".section .rodata\n"
    ".global orrery_python_bootstrap_begin\n"
    "orrery_python_bootstrap_begin:\n"
    ".incbin \"" ORRERY_PYTHON_BOOTSTRAP
    "\"\n"
    ".global orrery_python_bootstrap_end\n"
    "orrery_python_bootstrap_end:\n"
    ".byte 0\n"
    ".previous\n");

extern "C" {
extern const char orrery_python_bootstrap_begin[];  // NOLINT: a symbol of the assembler
extern const char orrery_python_bootstrap_end[];    // NOLINT
}

namespace orrery::functions {
std::string_view python_bootstrap() {
  return {orrery_python_bootstrap_begin,
          static_cast<std::size_t>(orrery_python_bootstrap_end - orrery_python_bootstrap_begin)};
}
}  // namespace orrery::functions
