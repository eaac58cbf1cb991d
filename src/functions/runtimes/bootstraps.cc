#include "functions/runtimes/bootstraps.h"

#include <cstddef>

// ORRERY_…_BOOTSTRAP are the paths of the sources, from src/functions/functions.cmake.
#define ORRERY_EMBED(name, file)                                                                              \
  __asm__(".section .rodata\n.global " #name "_begin\n" #name "_begin:\n.incbin \"" file "\"\n.global " #name \
          "_end\n" #name "_end:\n.byte 0\n.previous\n")

ORRERY_EMBED(orrery_python_bootstrap, ORRERY_PYTHON_BOOTSTRAP);
ORRERY_EMBED(orrery_node_bootstrap, ORRERY_NODE_BOOTSTRAP);
ORRERY_EMBED(orrery_template, ORRERY_TEMPLATE);
ORRERY_EMBED(orrery_clock, ORRERY_CLOCK);

extern "C" {
extern const char orrery_python_bootstrap_begin[];  // NOLINT: symbols of the assembler
extern const char orrery_python_bootstrap_end[];    // NOLINT
extern const char orrery_node_bootstrap_begin[];    // NOLINT
extern const char orrery_node_bootstrap_end[];      // NOLINT
extern const char orrery_template_begin[];          // NOLINT
extern const char orrery_template_end[];            // NOLINT
extern const char orrery_clock_begin[];             // NOLINT
extern const char orrery_clock_end[];               // NOLINT
}

namespace orrery::functions {

std::string_view python_bootstrap() {
  return {orrery_python_bootstrap_begin,
          static_cast<std::size_t>(orrery_python_bootstrap_end - orrery_python_bootstrap_begin)};
}

std::string_view node_bootstrap() {
  return {orrery_node_bootstrap_begin,
          static_cast<std::size_t>(orrery_node_bootstrap_end - orrery_node_bootstrap_begin)};
}

std::string_view template_library() {
  return {orrery_template_begin, static_cast<std::size_t>(orrery_template_end - orrery_template_begin)};
}

std::string_view clock_library() {
  return {orrery_clock_begin, static_cast<std::size_t>(orrery_clock_end - orrery_clock_begin)};
}

}  // namespace orrery::functions
