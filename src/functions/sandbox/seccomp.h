// The system call filter of every sandbox.
#pragma once

#include "base/result.h"

#include <string>

namespace orrery::functions {

// The filter as an array of struct sock_filter, ready for prctl(PR_SET_SECCOMP). Denied calls fail with EPERM (ENOSYS
// for clone3, so that libc falls back to clone, whose flags can be seen).
Result<std::string> seccomp_program();

}  // namespace orrery::functions
