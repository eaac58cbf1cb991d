// The language interpreters of this machine, for the managed runtimes.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::functions {

struct Interpreter {
  std::string runtime;  // the Lambda runtime that it is exactly: "python3.11", "nodejs20.x"
  std::string path;     // real path of the executable: "/usr/bin/python3.11"
  std::string prefix;   // what it needs beside /usr: "/opt/python3.12"; empty when it lies under /usr
  std::string version;  // "3.11", "20"
};

// Looks for python3.N and node (nodejs, node20, …) executables in these directories (no PATH is read). The first
// directory wins for a version; newest version first in the result, Python before Node. Only files that are programs
// themselves count: a script named python3.12 does not. A node is asked for its version, as its name does not tell.
std::vector<Interpreter> find_interpreters(std::span<const std::string> directories);

// The interpreter for a runtime id: the exact version when it is there, otherwise the nearest newer one, otherwise the
// newest; nullptr when the runtime's language has none.
const Interpreter* choose_interpreter(std::span<const Interpreter> interpreters, std::string_view runtime);

// The Lambda runtimes that these serve, with the interpreter for each.
struct ServedRuntime {
  std::string runtime;
  const Interpreter* interpreter;  // nullptr: needs none (provided.*)
};
std::vector<ServedRuntime> served_runtimes(std::span<const Interpreter> interpreters);

}  // namespace orrery::functions
