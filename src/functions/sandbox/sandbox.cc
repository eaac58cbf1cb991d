#include "functions/sandbox/sandbox.h"

#include "base/log.h"
#include "functions/sandbox/clone.h"
#include "functions/sandbox/launcher_image.h"
#include "functions/sandbox/plan_format.h"
#include "functions/sandbox/seccomp.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <sstream>

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace orrery::functions {
namespace {

// Far above what system tools give out; each sandbox takes the next, so that no two living ones share a user.
constexpr uid_t kFirstUser = 700'000'000;
constexpr unsigned kUsers = 100'000;
constexpr uid_t kSharedUser = 65'534;  // where those do not exist

Result<Fd> memory_file(const char* name, std::string_view content) {
  Fd file(::memfd_create(name, MFD_CLOEXEC));
  for (std::size_t done = 0; file.valid() && done < content.size();) {
    const ssize_t n = ::write(file.get(), content.data() + done, content.size() - done);
    if (n < 0) return fail(internal_error(reason("memfd")));
    done += static_cast<std::size_t>(n);
  }
  if (!file.valid()) return fail(internal_error(reason("memfd")));
  return file;
}

// A program that is open for writing cannot be executed: opened again, read-only.
Result<Fd> launcher_program() {
  const Fd writable = TRY(memory_file("orrery-launcher", launcher_image()));
  ::fchmod(writable.get(), 0755);
  Fd program(::open(("/proc/self/fd/" + std::to_string(writable.get())).c_str(), O_RDONLY | O_CLOEXEC));
  if (!program.valid()) return fail(internal_error(reason("the sandbox launcher cannot be opened")));
  return program;
}

// Whether the ids that we would give to sandboxes exist in our own user namespace (a rootless container has fewer).
bool ids_exist(uid_t first, unsigned count) {
  std::istringstream map(read_small_file("/proc/self/uid_map"));
  for (std::uint64_t inside = 0, outside = 0, length = 0; map >> inside >> outside >> length;) {
    if (first >= inside && std::uint64_t{first} + count <= inside + length) return true;
  }
  return false;
}

std::vector<std::string> real_paths(const std::vector<std::string>& paths) {
  std::vector<std::string> out;
  for (const std::string& path : paths) {
    std::error_code failed;
    const auto real = std::filesystem::weakly_canonical(path, failed);
    out.push_back(failed ? path : real.string());
  }
  return out;
}

struct Marked {
  char mark = 0;
  std::vector<Fd> fds;
};

// One of the launcher's marks, with what it brings; a report is left where it is.
Marked take_mark(const Fd& status) {
  Marked marked;
  if (::recv(status.get(), &marked.mark, 1, MSG_PEEK | MSG_DONTWAIT) != 1) return {};
  if (std::strchr("NXS", marked.mark) == nullptr) return {};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kMaxPorts)] = {};
  iovec data = {&marked.mark, 1};
  msghdr message = {};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  if (::recvmsg(status.get(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) != 1) return {};
  const cmsghdr* rights = CMSG_FIRSTHDR(&message);
  if (rights == nullptr || rights->cmsg_type != SCM_RIGHTS) return marked;
  for (std::size_t at = 0; at + sizeof(int) <= rights->cmsg_len - CMSG_LEN(0); at += sizeof(int)) {
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(rights) + at, sizeof fd);
    marked.fds.emplace_back(fd);
  }
  return marked;
}

// What the launcher's first step sends: nothing waits before it, hence the caller may.
std::vector<Fd> take_listeners(const Fd& status) {
  pollfd ready = {status.get(), POLLIN, 0};
  if (::poll(&ready, 1, 5000) <= 0) return {};
  return take_mark(status).fds;
}

std::string drain(const Fd& fd) {
  std::string text;
  char buffer[512];
  for (ssize_t n = 0; (n = ::read(fd.get(), buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(n));
  return text;
}

}  // namespace

void SandboxProcess::kill() const { ::syscall(SYS_pidfd_send_signal, pidfd.get(), SIGKILL, nullptr, 0); }

void SandboxProcess::end_program() const { ::syscall(SYS_pidfd_send_signal, pidfd.get(), SIGTERM, nullptr, 0); }

void SandboxProcess::control(int value) const {
  siginfo_t info = {};
  info.si_signo = kControlSignal;
  info.si_code = SI_QUEUE;
  info.si_pid = ::getpid();
  info.si_uid = ::getuid();
  info.si_value.sival_int = value;
  ::syscall(SYS_pidfd_send_signal, pidfd.get(), kControlSignal, &info, 0);
}

void SandboxProcess::dial() const { control(kDial); }

SandboxProcess::Taken SandboxProcess::take() const {
  Marked marked = take_mark(status);
  if (marked.mark == 0) return {};
  Taken taken;
  taken.what = marked.mark == kExtensionOutputMark ? Taken::What::ExtensionOutput : Taken::What::Socket;
  if (!marked.fds.empty()) taken.fd = std::move(marked.fds.front());
  return taken;
}

void SandboxProcess::freeze() const { control(kFreeze); }
void SandboxProcess::thaw() const { control(kThaw); }

std::string SandboxProcess::reap() {
  siginfo_t ended = {};
  while (::waitid(P_PIDFD, static_cast<id_t>(pidfd.get()), &ended, WEXITED) < 0 && errno == EINTR) {
  }
  while (take().what != Taken::What::Nothing) {
  }
  // Of a program that cannot be executed there are two reports, and the first says why.
  const std::string report = drain(status);
  return report.substr(0, report.find('\n'));
}

std::optional<std::int64_t> SandboxProcess::peak_bytes() const {
  if (cgroup.valid()) return cgroup.peak_bytes();
  // The runtime is the launcher's first child.
  const std::string task = "/proc/" + std::to_string(pid);
  const std::string child = read_small_file(task + "/task/" + std::to_string(pid) + "/children");
  const std::string text = read_small_file("/proc/" + child.substr(0, child.find(' ')) + "/status");
  const auto at = text.find("VmHWM:");
  if (at == std::string::npos) return std::nullopt;
  return std::strtoll(text.c_str() + at + 6, nullptr, 10) * 1024;
}

Result<std::unique_ptr<Sandboxes>> Sandboxes::open(Options options) {
  std::unique_ptr<Sandboxes> made(new Sandboxes(std::move(options), Cgroups::find()));
  made->launcher_ = TRY(launcher_program());
  made->filter_ = TRY(seccomp_program());
  made->hidden_ = real_paths(made->options_.hidden_paths);
  const std::string root = made->options_.work_dir + "/root";
  if (::mkdir(root.c_str(), 0755) < 0 && errno != EEXIST) return fail(internal_error(reason(root.c_str())));
  if (::geteuid() == 0) {
    if (ids_exist(kFirstUser, kUsers)) made->first_user_ = kFirstUser;
    made->privileged_ = true;
    if (made->probe()) return made;
    made->privileged_ = false;  // root without its powers, as in a container
  }
  TRY(made->probe());
  return made;
}

bool Sandboxes::is_sandbox_user(uid_t user) const {
  if (!privileged_) return false;
  return first_user_ ? user >= *first_user_ && user - *first_user_ < kUsers : user == kSharedUser;
}

Result<SandboxProcess> Sandboxes::start(const SandboxSpec& spec) {
  std::optional<uid_t> uid;
  if (privileged_) uid = first_user_ ? *first_user_ + next_user_++ % kUsers : kSharedUser;
  // /tmp is charged to the group as well, and is not part of the function's memory: see Environments for the exact
  // limit.
  Cgroup cgroup =
      cgroups_.make(spec.name, (std::int64_t{spec.memory_mb} + spec.ephemeral_mb) << 20, 1024, spec.memory_mb);
  int output[2], status[2];
  if (::pipe2(output, O_CLOEXEC) < 0) return fail(internal_error(reason("pipe")));
  Fd output_read(output[0]), output_write(output[1]);
  // Descriptors travel over sockets only.
  const bool own_network = !spec.ports.empty();
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, status) < 0) return fail(internal_error(reason("socket")));
  Fd status_read(status[0]), status_write(status[1]);
  ::fcntl(output_read.get(), F_SETFL, O_NONBLOCK);
  ::fcntl(status_read.get(), F_SETFL, O_NONBLOCK);
  ::fcntl(output_read.get(), F_SETPIPE_SZ, 1 << 18);  // a wish: fewer stops for chatty functions

  Cloned cloned = TRY(clone(spec, cgroup, uid, output_write.get(), status_write.get()));
  SandboxProcess process{cloned.pid,
                         std::move(cloned.pidfd),
                         std::move(output_read),
                         std::move(status_read),
                         first_user_ ? uid : std::nullopt,
                         std::move(cgroup),
                         {}};
  if (own_network) {
    status_write.reset();  // so that its end is noticed
    process.listeners = take_listeners(process.status);
    if (process.listeners.size() != spec.ports.size()) {
      process.kill();
      return fail(internal_error("a network of its own cannot be made: " + process.reap()));
    }
  }
  return process;
}

// The launcher, or a copy of a template. What the template cannot do, the launcher can.
Result<Cloned> Sandboxes::clone(const SandboxSpec& spec, const Cgroup& cgroup, std::optional<uid_t> uid, int output,
                                int status) const {
  const Fd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (spec.copy_of != nullptr && spec.copy_of->ready()) {
    const Fd file = TRY(memory_file("orrery-plan", plan(spec, cgroup, uid, true)));
    const auto pid =
        spec.copy_of->copy({file.get(), nothing.get(), output, status}, {!privileged_, !spec.ports.empty()});
    // It is our child, hence its number is its own until we have waited for it.
    if (pid) return Cloned{*pid, Fd(static_cast<int>(::syscall(SYS_pidfd_open, *pid, 0)))};
    log::warning("a function starts without its template", {{"reason", pid.error().message}});
  }
  const Fd file = TRY(memory_file("orrery-plan", plan(spec, cgroup, uid, false)));
  return clone_launcher({launcher_.get(), file.get(), nothing.get(), output, status}, !privileged_,
                        !spec.ports.empty());
}

// One real sandbox: whatever this machine refuses shows here, at the start, and not at the first invocation.
Result<> Sandboxes::probe() {
  SandboxSpec spec;
  spec.name = "probe-start";
  spec.code_dir = options_.work_dir + "/root";
  spec.memory_mb = 64;
  spec.ephemeral_mb = 1;
  spec.arguments = {"/bin/cat", "/proc/1/comm"};
  SandboxProcess process = TRY(start(spec));
  pollfd ended = {process.pidfd.get(), POLLIN, 0};
  if (::poll(&ended, 1, 10'000) <= 0) process.kill();
  const std::string output = drain(process.output);
  const std::string how = process.reap();
  if (how.starts_with("failed") || how.empty()) {
    return fail(internal_error("a sandbox cannot be started here: " + (how.empty() ? "no answer" : how)));
  }
  SandboxSpec alone = spec;
  alone.name = "probe-network";
  alone.ports = {9001};
  alone.arguments = {"/bin/true"};
  auto network = start(alone);
  if (network) {
    network->kill();
    pollfd gone = {network->pidfd.get(), POLLIN, 0};
    ::poll(&gone, 1, 10'000);
    network->reap();
  }
  protections_ = {
      {"namespaces", true, "mount, pid, ipc, uts"},
      {"network", network.ok(),
       network.ok() ? "the host's, or by choice one of its own that has nothing but the server"
                    : "always the host's: " + network.error().message},
      {"user", true,
       privileged_ ? (first_user_ ? "a host user of its own for each sandbox" : "the host user 65534 for all sandboxes")
                   : "a user namespace over the server's own user"},
      {"file system", true, "read-only view, private /tmp"},
      {"process view", how == "exit 0", how == "exit 0" ? "own /proc" : "no /proc: this container refuses a new one"},
      {"privileges", true, "no capabilities, no new privileges"},
      {"system call filter", true, std::to_string(filter_.size() / 8) + " instructions of seccomp BPF"},
      {"memory limit", cgroups_.version() != 0,
       cgroups_.version() != 0 ? cgroups_.detail() : "RLIMIT_DATA for each process only: " + cgroups_.detail()},
      {"CPU share", cgroups_.has_cpu(),
       cgroups_.has_cpu() ? "in proportion to memory, by control group" : "no writable cpu controller"},
      {"process limit", true,
       std::string("RLIMIT_NPROC 1024, RLIMIT_NOFILE 1024, no core files") +
           (cgroups_.has_pids() ? "; a control group of at most 1024 processes" : "")},
      {"freezing", true, "SIGSTOP to all processes of an environment between invocations"},
  };
  return {};
}

}  // namespace orrery::functions
