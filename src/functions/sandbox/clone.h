// One clone(2): the launcher in new namespaces, started with vfork semantics.
#pragma once

#include "base/result.h"
#include "functions/sandbox/fd.h"

#include <sys/types.h>

namespace orrery::functions {

struct LauncherFiles {
  int program, plan, input, output, status;  // borrowed; output is both standard output and standard error
};

struct Cloned {
  pid_t pid = 0;
  Fd pidfd;
};

// `user_namespace` when we are not root. The calling thread waits until the launcher runs (well under a millisecond,
// whatever the size of this process).
Result<Cloned> clone_launcher(const LauncherFiles& files, bool user_namespace, bool network_namespace);

}  // namespace orrery::functions
