// Starts programs in sandboxes: own namespaces, a small read-only tree, no privileges, limits
// (docs/decisions/010-sandbox.md).
#pragma once

#include "base/result.h"
#include "functions/protections.h"
#include "functions/sandbox/cgroup.h"
#include "functions/sandbox/fd.h"
#include "functions/sandbox/template.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace orrery::functions {

struct Cloned;

struct SandboxSpec {
  std::string name;                     // unique while it lives: its control group
  std::string code_dir;                 // becomes /var/task
  std::string runtime_dir;              // becomes /var/runtime; empty for none
  std::vector<std::string> layer_dirs;  // become /opt, of equal names the last one's; empty for none
  std::string prefix;                   // a further directory that appears under its own path; empty for none
  int memory_mb = 128;
  int ephemeral_mb = 512;              // size of /tmp, beyond memory_mb
  std::vector<std::string> variables;  // NAME=value: the whole environment
  // Not empty: a network of its own that has nothing but these ports on 127.0.0.1, see SandboxProcess::listeners.
  std::vector<std::uint16_t> ports;
  std::vector<std::string> extensions;  // programs inside, started before it and beside it
  std::vector<std::string> arguments;   // of the program; the first is its path inside the sandbox
  Template* copy_of = nullptr;  // a ready one: the sandbox runs a copy of it instead of `arguments`, if that can be had
};

// A running sandbox. Destroying it without kill() leaves it running.
struct SandboxProcess {
  pid_t pid = 0;             // of the first process, on the host
  Fd pidfd;                  // readable when it has ended; then call reap()
  Fd output;                 // non-blocking: standard output and standard error of the program and what it starts
  Fd status;                 // non-blocking: see take() and reap()
  std::optional<uid_t> uid;  // the host user that it alone runs as; nullopt when it shares ours
  Cgroup cgroup;
  std::vector<Fd> listeners;  // listening sockets inside, one for each of SandboxSpec::ports

  // Ends the program, not what runs beside it: those have until kill(), and the sandbox ends with the last of them.
  void end_program() const;
  // Asks for a TCP socket that is made inside, as the sandbox's user in the sandbox's network: take() brings it.
  void dial() const;
  // What comes over `status` (poll it): once, when there are SandboxSpec::extensions, where to read what they print
  // (ExtensionOutput), and a socket for each dial() (invalid: there is none). Nothing: wait, or it has ended.
  struct Taken {
    enum class What : std::uint8_t { Nothing, ExtensionOutput, Socket } what = What::Nothing;
    Fd fd;
  };
  Taken take() const;
  // Stops everything inside, and lets it go on.
  void freeze() const;
  void thaw() const;
  void kill() const;  // everything inside, at once; reap() after it
  // How the program ended: "exit 1", "signal 9", "extension …", "failed …" (the sandbox could not be made), "" (killed
  // from outside). Call once pidfd is readable.
  std::string reap();
  void control(int value) const;
  // The most memory that it used so far.
  std::optional<std::int64_t> peak_bytes() const;
};

class Sandboxes {
 public:
  struct Options {
    std::string work_dir;                   // must exist; gets the empty directory "root"
    std::vector<std::string> hidden_paths;  // invisible inside wherever they lie
  };
  // Finds out what this machine allows, by starting /bin/true in a sandbox. Fails when there are no namespaces.
  static Result<std::unique_ptr<Sandboxes>> open(Options options);

  // Takes about half a millisecond; the rest of the start happens in the new process.
  Result<SandboxProcess> start(const SandboxSpec& spec);

  const std::vector<Protection>& protections() const { return protections_; }
  // Whether that host user is one that sandboxes run as and the server does not; never when they share the server's.
  bool is_sandbox_user(uid_t user) const;
  bool separate_users() const { return privileged_; }
  bool has_cgroups() const { return cgroups_.version() != 0; }

 private:
  Sandboxes(Options options, Cgroups cgroups) : options_(std::move(options)), cgroups_(std::move(cgroups)) {}
  Result<> probe();
  std::string plan(const SandboxSpec& spec, const Cgroup& cgroup, std::optional<uid_t> uid, bool copy) const;
  Result<Cloned> clone(const SandboxSpec& spec, const Cgroup& cgroup, std::optional<uid_t> uid, int output,
                       int status) const;

  Options options_;
  Cgroups cgroups_;
  Fd launcher_;                      // the launcher program
  std::string filter_;               // seccomp program
  std::vector<std::string> hidden_;  // real paths
  bool privileged_ = false;          // we are root: no user namespace, a host user for each sandbox
  unsigned next_user_ = 0;
  std::optional<uid_t> first_user_;
  std::vector<Protection> protections_;
};

}  // namespace orrery::functions
