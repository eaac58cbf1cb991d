// What this machine lets us do to a sandbox. Probed once at start by starting a real one.
#pragma once

#include <string>
#include <vector>

namespace orrery::functions {

struct Protection {
  std::string name;  // "user namespace", "seccomp filter", "memory limit"
  bool active = false;
  std::string detail;  // how, or why not: "cgroup v1", "RLIMIT_DATA only: /sys/fs/cgroup is read-only"
};

}  // namespace orrery::functions
