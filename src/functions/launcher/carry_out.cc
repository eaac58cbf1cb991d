// Carries out a plan: turns this process into the first one (pid 1) of a sandbox, forks the runtime, reaps, reports how
// the runtime ended. In the launcher, a static program of its own, or in a template process (template.cc).
#include "functions/launcher/carry_out.h"

#include "functions/launcher/descriptors.h"
#include "functions/sandbox/plan_format.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/mount.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using orrery::functions::kPlanFd;
using orrery::functions::kStatusFd;
using orrery::functions::Step;

namespace {

constexpr int kMaxArguments = 16;
constexpr int kMaxVariables = 4096;

struct Plan {
  char* at;
  char* end;
};

char g_step = '?';
const char* g_argument = "";
char g_root[4096] = "";
char* g_argv[kMaxArguments + 1];
char* g_envp[kMaxVariables + 1];
int g_argc = 0;
int g_envc = 0;

[[noreturn]] void die(const char* call) {
  char line[1024];
  const int n = snprintf(line, sizeof line, "failed %c %.400s: %s: %s\n", g_step, g_argument, call, strerror(errno));
  (void)!write(kStatusFd, line, static_cast<size_t>(n) < sizeof line ? static_cast<size_t>(n) : sizeof line - 1);
  _exit(125);
}

void must(long status, const char* call) {
  if (status < 0) die(call);
}

struct Text {
  char* data;
  size_t size;
};

Text next(Plan& plan) {
  unsigned length = 0;
  if (plan.end - plan.at < 5) errno = EINVAL, die("plan");
  memcpy(&length, plan.at, sizeof length);
  plan.at += sizeof length;
  if (static_cast<size_t>(plan.end - plan.at) <= length) errno = EINVAL, die("plan");
  const Text text{plan.at, length};
  plan.at += length + 1;
  return text;
}

long long number(Plan& plan) { return atoll(next(plan).data); }

// The path under the new root while it is being built.
const char* inside(const char* path) {
  static char full[8192];
  if (snprintf(full, sizeof full, "%s%s", g_root, path) >= static_cast<int>(sizeof full))
    errno = ENAMETOOLONG, die("path");
  return full;
}

void make_parents(char* path) {
  for (char* slash = strchr(path + strlen(g_root) + 1, '/'); slash != nullptr; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    if (mkdir(path, 0755) < 0 && errno != EEXIST && errno != EROFS) die("mkdir");
    *slash = '/';
  }
}

void make_directory(const char* path) {
  char* full = strdup(inside(path));
  make_parents(full);
  if (mkdir(full, 0755) < 0 && errno != EEXIST) die("mkdir");
  free(full);
}

void make_file(const char* path, Text content) {
  char* full = strdup(inside(path));
  make_parents(full);
  const int fd = open(full, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
  must(fd, "open");
  must(write(fd, content.data, content.size), "write");
  close(fd);
  free(full);
}

// Adds attributes to a mount; unlike a remount this never clears those that a user namespace locks.
void restrict_mount(const char* path, unsigned long long attributes, bool recursive) {
  struct mount_attr attr = {};
  attr.attr_set = attributes;
  must(syscall(SYS_mount_setattr, -1, path, recursive ? AT_RECURSIVE : 0, &attr, sizeof attr), "mount_setattr");
}

void bind(const char* source, const char* path, unsigned long long attributes, bool optional) {
  struct stat st;
  if (stat(source, &st) < 0) {
    if (optional) return;
    die("stat");
  }
  if (S_ISDIR(st.st_mode)) {
    make_directory(path);
  } else {
    make_file(path, {nullptr, 0});
  }
  const char* target = inside(path);
  // In a user namespace a tree with mounts below it can only be bound with them.
  if (mount(source, target, nullptr, MS_BIND, nullptr) < 0) {
    if (errno != EINVAL) die("mount");
    must(mount(source, target, nullptr, MS_BIND | MS_REC, nullptr), "mount");
  }
  restrict_mount(target, attributes, true);
}

void hide(const char* path) {
  struct stat st;
  const char* target = inside(path);
  if (stat(target, &st) < 0) return;
  if (S_ISDIR(st.st_mode)) {
    must(mount("tmpfs", target, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY, "size=4k,mode=000"), "mount");
  } else {
    must(mount("/dev/null", target, nullptr, MS_BIND, nullptr), "mount");
  }
}

void write_text(const char* path, const char* text) {
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  must(fd, "open");
  must(write(fd, text, strlen(text)), "write");
  close(fd);
}

void map_ids(Plan& plan) {
  char line[64];
  const long long inside_uid = number(plan), inside_gid = number(plan), uid = number(plan), gid = number(plan);
  write_text("/proc/self/setgroups", "deny");  // user_namespaces(7): before an unprivileged gid_map
  snprintf(line, sizeof line, "%lld %lld 1", inside_uid, uid);
  write_text("/proc/self/uid_map", line);
  snprintf(line, sizeof line, "%lld %lld 1", inside_gid, gid);
  write_text("/proc/self/gid_map", line);
}

void new_root(const char* directory) {
  snprintf(g_root, sizeof g_root, "%s", directory);
  must(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "mount");  // nothing of ours reaches the host
  must(mount("tmpfs", directory, "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,mode=0755"), "mount");
}

// pivot_root(2), "pivot_root(".", ".")": the old root ends up below the new one and is detached.
void enter_root() {
  must(chdir(g_root), "chdir");
  must(syscall(SYS_pivot_root, ".", "."), "pivot_root");
  must(umount2(".", MNT_DETACH), "umount");
  must(chdir("/"), "chdir");
  g_root[0] = '\0';
  restrict_mount("/", MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, false);
}

void become(Plan& plan) {
  const Text uid = next(plan);
  const Text gid = next(plan);
  for (int cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; ++cap)
    must(prctl(PR_CAPBSET_DROP, cap, 0, 0, 0), "capbset");
  if (uid.size > 0) {
    const auto user = static_cast<uid_t>(atoll(uid.data));
    const auto group = static_cast<gid_t>(atoll(gid.data));
    must(setgroups(0, nullptr), "setgroups");
    must(setresgid(group, group, group), "setresgid");
    must(setresuid(user, user, user), "setresuid");
  }
  must(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0), "ambient");
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct none[2] = {};
  must(syscall(SYS_capset, &header, none), "capset");
  must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
  must(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0), "dumpable");
  // The server's end is ours. A change of ids clears this, hence here.
  must(prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0), "pdeathsig");
  pollfd server = {kStatusFd, 0, 0};
  if (poll(&server, 1, 0) > 0 && (server.revents & (POLLERR | POLLHUP)) != 0) _exit(125);
}

void filter(Text program) {
  if (program.size == 0) return;
  sock_fprog code = {static_cast<unsigned short>(program.size / sizeof(sock_filter)),
                     static_cast<sock_filter*>(malloc(program.size))};
  memcpy(code.filter, program.data, program.size);
  must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &code, 0, 0), "seccomp");
}

// What runs in the sandbox: the program, and the extensions beside it.
constexpr int kMaxExtensions = 10;
volatile pid_t g_program = 0;
volatile sig_atomic_t g_ending = 0;
char* g_extensions[kMaxExtensions];
pid_t g_extension_pids[kMaxExtensions];
int g_extension_count = 0;

[[noreturn]] void become_program(char** arguments, const char* directory) {
  must(chdir(directory), "chdir");
  setsid();
  fcntl(kStatusFd, F_SETFD, FD_CLOEXEC);
  close(kPlanFd);
  execve(arguments[0], arguments, g_envp);
  g_argument = arguments[0];
  die("execve");
}

// `output` below 0: the standard streams stay as they are.
pid_t start(char** arguments, const char* directory, int output) {
  const pid_t child = fork();
  must(child, "fork");
  if (child != 0) return child;
  if (output >= 0 && (dup2(output, 1) < 0 || dup2(output, 2) < 0)) die("dup2");
  become_program(arguments, directory);
}

// They write into a pipe of their own, so that the server can tell what they say from what the function says.
void start_extensions() {
  if (g_extension_count == 0) return;
  int ends[2];
  must(pipe2(ends, O_CLOEXEC), "pipe");
  if (!send_descriptors(orrery::functions::kExtensionOutputMark, ends, 1)) die("sendmsg");
  close(ends[0]);
  for (int i = 0; i < g_extension_count; ++i) {
    char* arguments[] = {g_extensions[i], nullptr};
    g_extension_pids[i] = start(arguments, "/", ends[1]);
  }
  close(ends[1]);
}

void end_program(int) {
  g_ending = 1;
  if (g_program > 0) kill(g_program, SIGKILL);
}

// kill(2): -1 are all in this pid namespace but its first process, ourselves. Killing works while they are stopped, so
// nothing is left behind whatever happens to the server.
void control(int, siginfo_t* info, void*) {
  if (info->si_code != SI_QUEUE) return;
  const int before = errno;
  if (info->si_value.sival_int == orrery::functions::kDial) {
    const int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    send_descriptors(orrery::functions::kSocketMark, &made, made < 0 ? 0 : 1);
    if (made >= 0) close(made);
  } else {
    kill(-1, info->si_value.sival_int == orrery::functions::kFreeze ? SIGSTOP : SIGCONT);
  }
  errno = before;
}

[[noreturn]] void report(const char* prefix, int status) {
  char line[256];
  const int n = WIFSIGNALED(status) ? snprintf(line, sizeof line, "%ssignal %d", prefix, WTERMSIG(status))
                                    : snprintf(line, sizeof line, "%sexit %d", prefix, WEXITSTATUS(status));
  (void)!write(kStatusFd, line, static_cast<size_t>(n));
  _exit(0);  // the kernel ends whatever else runs in this pid namespace
}

// The extension that this process was; nullptr when it was none.
const char* extension_ended(pid_t pid, int& left) {
  for (int i = 0; i < g_extension_count; ++i) {
    if (g_extension_pids[i] != pid) continue;
    --left;
    return g_extensions[i];
  }
  return nullptr;
}

// The copy of a template process has its program in memory already.
void become_copy(const char* directory) {
  must(chdir(directory), "chdir");
  setsid();
  // What executing a program would have undone: a process may look at itself in /proc.
  must(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0), "dumpable");
  close(kStatusFd), close(kPlanFd);
}

// Returns in the program's own process only, and only when there is nothing to execute.
void run(const char* directory) {
  struct sigaction ends = {};
  ends.sa_handler = end_program;
  sigaction(SIGTERM, &ends, nullptr);
  struct sigaction controls = {};
  controls.sa_sigaction = control;
  controls.sa_flags = SA_SIGINFO | SA_RESTART;
  sigaction(orrery::functions::kControlSignal, &controls, nullptr);
  start_extensions();
  if (g_argc > 0) {
    g_program = start(g_argv, directory, -1);
  } else {
    g_program = fork();  // libc's own, which keeps its books on threads and locks in order
    must(g_program, "fork");
    if (g_program == 0) return become_copy(directory);
  }
  close(0), close(1), close(2), close(kPlanFd);
  int left = g_extension_count;
  while (true) {
    int status = 0;
    const pid_t ended = waitpid(-1, &status, 0);
    if (ended < 0 && errno == ECHILD) report("", 0);
    if (ended < 0 && errno != EINTR) die("wait");
    if (ended == g_program && g_ending == 0) report("", status);
    const char* extension = ended > 0 ? extension_ended(ended, left) : nullptr;
    if (extension == nullptr) continue;
    if (g_ending != 0) {
      if (left == 0) report("", 0);
      continue;
    }
    char prefix[128];
    const char* name = strrchr(extension, '/');
    snprintf(prefix, sizeof prefix, "extension %.100s: ", name == nullptr ? extension : name + 1);
    report(prefix, status);
  }
}

void limit(Plan& plan) {
  const auto resource = static_cast<int>(number(plan));
  const auto value = static_cast<rlim_t>(number(plan));
  const rlimit both = {value, value};
  must(setrlimit(resource, &both), "setrlimit");
}

void mount_proc(const char* path) {
  make_directory(path);
  if (mount("proc", inside(path), "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) < 0 && errno != EPERM)
    die("mount");
}

void mount_tmpfs(const char* path, const char* options) {
  make_directory(path);
  must(mount("tmpfs", inside(path), "tmpfs", MS_NOSUID | MS_NODEV, options), "mount");
}

void mount_overlay(const char* path, const char* options) {
  make_directory(path);
  must(mount("overlay", inside(path), "overlay", MS_NOSUID | MS_NODEV | MS_RDONLY, options), "mount");
}

void mount_step(Step step, Plan& plan) {
  constexpr unsigned long long kReadOnly = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
  const Text first = next(plan);
  g_argument = first.data;
  switch (step) {
    case Step::Bind:
      return bind(first.data, next(plan).data, kReadOnly, false);
    case Step::BindIfThere:
      return bind(first.data, next(plan).data, kReadOnly, true);
    case Step::BindDevice:
      return bind(first.data, next(plan).data, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, true);
    case Step::Tmpfs:
      return mount_tmpfs(first.data, next(plan).data);
    case Step::Overlay:
      return mount_overlay(first.data, next(plan).data);
    case Step::Hide:
      return hide(first.data);
    case Step::Proc:
      return mount_proc(first.data);
    case Step::Directory:
      return make_directory(first.data);
    case Step::File:
      return make_file(first.data, next(plan));
    case Step::Link:
      return must(symlink(first.data, inside(next(plan).data)), "symlink");
    case Step::NewRoot:
      return new_root(first.data);
    default:
      errno = EINVAL, die("plan");
  }
}

// A socket stays in the network namespace that it was made in, whoever has it: the server accepts on these as on its
// own, and nothing has to be relayed.
void network(char* ports) {
  const int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  must(any, "socket");
  ifreq loopback = {};
  memcpy(loopback.ifr_name, "lo", 3);
  loopback.ifr_flags = IFF_UP | IFF_RUNNING;
  must(ioctl(any, SIOCSIFFLAGS, &loopback), "loopback");
  close(any);
  int fds[orrery::functions::kMaxPorts];
  int count = 0;
  for (char* port = strtok(ports, " "); port != nullptr; port = strtok(nullptr, " ")) {
    if (count == orrery::functions::kMaxPorts) errno = E2BIG, die("ports");
    fds[count] = listening_socket(atol(port));
    must(fds[count++], "listen");
  }
  if (!send_descriptors(orrery::functions::kListenersMark, fds, static_cast<size_t>(count))) die("sendmsg");
  for (int i = 0; i < count; ++i) close(fds[i]);
}

void carry_out(Step step, Plan& plan) {
  switch (step) {
    case Step::JoinCgroup:
      return write_text(next(plan).data, "0");
    case Step::Network:
      return network(next(plan).data);
    case Step::MapIds:
      return map_ids(plan);
    case Step::HostName: {
      const Text name = next(plan);
      return must(sethostname(name.data, name.size), "sethostname");
    }
    case Step::EnterRoot:
      return enter_root();
    case Step::Limit:
      return limit(plan);
    case Step::Become:
      return become(plan);
    case Step::Filter:
      return filter(next(plan));
    case Step::Variable:
      if (g_envc == kMaxVariables) errno = E2BIG, die("variables");
      g_envp[g_envc++] = next(plan).data;
      return;
    case Step::Argument:
      if (g_argc == kMaxArguments) errno = E2BIG, die("arguments");
      g_argv[g_argc++] = next(plan).data;
      return;
    case Step::Extension:
      if (g_extension_count == kMaxExtensions) errno = E2BIG, die("extensions");
      g_extensions[g_extension_count++] = next(plan).data;
      return;
    case Step::Run:
      return run(next(plan).data);
    default:
      mount_step(step, plan);
  }
}

}  // namespace

char** carry_out_plan() {
  umask(022);
  prctl(PR_SET_NAME, "orrery-sandbox", 0, 0, 0);  // a program without a file has none
  struct stat st;
  must(fstat(kPlanFd, &st), "fstat");
  const auto size = static_cast<size_t>(st.st_size);
  Plan plan{static_cast<char*>(malloc(size + 1)), nullptr};
  for (plan.end = plan.at; plan.end < plan.at + size;) {
    const ssize_t n = pread(kPlanFd, plan.end, size - static_cast<size_t>(plan.end - plan.at), plan.end - plan.at);
    if (n <= 0) die("read");
    plan.end += n;
  }
  while (plan.at < plan.end) {
    g_step = *plan.at++;
    g_argument = "";
    carry_out(static_cast<Step>(g_step), plan);
    if (g_step == static_cast<char>(Step::Run)) return g_envp;
  }
  errno = EINVAL;
  die("plan without end");
}
