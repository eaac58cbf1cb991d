#include "functions/sandbox/launcher_image.h"

// ORRERY_LAUNCHER is the path of the linked launcher, from src/functions/functions.cmake.
__asm__(
    ".section .rodata\n"
    ".global orrery_launcher_begin\n"
    ".balign 16\n"
    "orrery_launcher_begin:\n"
    ".incbin \"" ORRERY_LAUNCHER
    "\"\n"
    ".global orrery_launcher_end\n"
    "orrery_launcher_end:\n"
    ".byte 0\n"
    ".previous\n");

extern "C" {
extern const char orrery_launcher_begin[];  // NOLINT: a symbol of the assembler
extern const char orrery_launcher_end[];    // NOLINT
}

namespace orrery::functions {
std::string_view launcher_image() {
  return {orrery_launcher_begin, static_cast<std::size_t>(orrery_launcher_end - orrery_launcher_begin)};
}
}  // namespace orrery::functions
