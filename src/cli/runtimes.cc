// `orrery runtimes`: which interpreters this machine has, and which Lambda runtimes they serve.
#include "cli/commands.h"
#include "functions/interpreters.h"

#include <cstdio>

namespace orrery::cli {

std::vector<std::string> interpreter_dirs() { return {"/usr/bin", "/usr/local/bin"}; }

int runtimes_command(const Surroundings& given) {
  if (!given.arguments.empty()) return complain(api_error("Usage", "orrery runtimes takes no arguments"));
  const auto interpreters = functions::find_interpreters(interpreter_dirs());
  std::printf("Interpreters in /usr/bin and /usr/local/bin:\n");
  for (const auto& one : interpreters) {
    std::printf("  %-12s %s\n", one.runtime.c_str(), one.path.c_str());
  }
  if (interpreters.empty()) std::printf("  none: only custom runtimes can run\n");
  std::printf("\nRuntimes:\n");
  for (const auto& [runtime, interpreter] : functions::served_runtimes(interpreters)) {
    if (interpreter == nullptr) {
      std::printf("  %-16s the package's own bootstrap\n", runtime.c_str());
    } else if (interpreter->runtime == runtime) {
      std::printf("  %-16s %s\n", runtime.c_str(), interpreter->path.c_str());
    } else {
      std::printf("  %-16s %s (stands in; the function's log says so)\n", runtime.c_str(), interpreter->path.c_str());
    }
  }
  return 0;
}

}  // namespace orrery::cli
