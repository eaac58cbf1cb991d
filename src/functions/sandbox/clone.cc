#include "functions/sandbox/clone.h"

#include "functions/sandbox/plan_format.h"

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <vector>

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace orrery::functions {
namespace {

struct Child {
  int program, plan, input, output, status;  // all at or above kFirstFree
  bool user_namespace;
  int error = 0;  // errno of what failed before the launcher ran; shared memory, hence visible to the parent
};

constexpr int kFirstFree = 10;

// A stack is made of these, so that its top is aligned as clone(2) wants it.
struct alignas(64) StackUnit {
  std::byte bytes[64];
};

// Executing a program as an unmapped user drops capabilities unless they are ambient (capabilities(7)). In the new user
// namespace we have all of them, and the launcher needs them to build the tree.
__attribute__((no_sanitize("address", "undefined", "thread"))) bool keep_capabilities() {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2] = {};
  if (syscall(SYS_capget, &header, data) < 0) return false;
  for (auto& word : data) word.inheritable = word.permitted;
  if (syscall(SYS_capset, &header, data) < 0) return false;
  for (int cap = 0; cap < 64; ++cap) {
    if ((data[cap / 32].permitted >> (cap % 32) & 1U) == 0) continue;
    if (syscall(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) < 0) return false;
  }
  return true;
}

// Runs in the parent's memory while the parent's thread waits: system calls only, no allocation, no locks.
__attribute__((no_sanitize("address", "undefined", "thread"))) int run_child(void* argument) {
  auto& child = *static_cast<Child*>(argument);
  static char* const kNoEnvironment[] = {nullptr};
  static char name[] = "orrery-sandbox";
  char* const arguments[] = {name, nullptr};
  bool good = !child.user_namespace || keep_capabilities();
  good = good && syscall(SYS_dup2, child.input, 0) >= 0 && syscall(SYS_dup2, child.output, 1) >= 0 &&
         syscall(SYS_dup2, child.output, 2) >= 0 && syscall(SYS_dup2, child.plan, kPlanFd) >= 0 &&
         syscall(SYS_dup2, child.status, kStatusFd) >= 0 &&
         syscall(SYS_close_range, kStatusFd + 1, ~0U, CLOSE_RANGE_CLOEXEC) >= 0;
  if (good) {
    // What the server ignores would stay ignored across exec.
    struct sigaction usual = {};
    usual.sa_handler = SIG_DFL;
    sigaction(SIGPIPE, &usual, nullptr);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    syscall(SYS_execveat, child.program, "", arguments, kNoEnvironment, AT_EMPTY_PATH);
  }
  child.error = errno;
  _exit(127);
}

Fd high(int fd) { return Fd(::fcntl(fd, F_DUPFD_CLOEXEC, kFirstFree)); }

}  // namespace

Result<Cloned> clone_launcher(const LauncherFiles& files, bool user_namespace, bool network_namespace) {
  const Fd program = high(files.program), plan = high(files.plan), input = high(files.input),
           output = high(files.output), status = high(files.status);
  if (!program.valid() || !plan.valid() || !input.valid() || !output.valid() || !status.valid()) {
    return fail(internal_error(std::string("no file descriptors left: ") + std::strerror(errno)));
  }
  Child child{program.get(), plan.get(), input.get(), output.get(), status.get(), user_namespace};
  std::vector<StackUnit> stack(1024);

  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);  // no handler of ours may run on the child's stack
  int pidfd = -1;
  int flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | SIGCHLD;
  if (user_namespace) flags |= CLONE_NEWUSER;
  if (network_namespace) flags |= CLONE_NEWNET;
  const pid_t pid = ::clone(&run_child, stack.data() + stack.size(), flags, &child, &pidfd);
  const int error = errno;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);

  if (pid < 0) return fail(internal_error(std::string("clone: ") + std::strerror(error)));
  Cloned cloned{pid, Fd(pidfd)};
  if (child.error != 0) {
    siginfo_t ended;
    ::waitid(P_PIDFD, static_cast<id_t>(pidfd), &ended, WEXITED);
    return fail(internal_error(std::string("the sandbox launcher cannot be executed: ") + std::strerror(child.error)));
  }
  return cloned;
}

}  // namespace orrery::functions
