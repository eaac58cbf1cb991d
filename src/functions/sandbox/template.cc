#include "functions/sandbox/template.h"

#include "functions/sandbox/plan_format.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <sstream>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>

namespace orrery::functions {
namespace {

constexpr int kCopyMs = 5000;
constexpr std::size_t kReportBytes = std::size_t{64} * 1024;

}  // namespace

Template::~Template() { stop(); }

void Template::stop() {
  ready_ = false;
  socket_.reset();
  if (pid_ == 0) return;
  ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
}

Result<> Template::start(const std::vector<std::string>& arguments, std::string variable) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) return fail(internal_error(reason("socket")));
  socket_.reset(ends[0]);
  const Fd theirs(::fcntl(ends[1], F_DUPFD_CLOEXEC, 10));
  ::close(ends[1]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, theirs.get(), 3);
  posix_spawn_file_actions_addclosefrom_np(&actions, 4);  // listening sockets among them
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none, usual;
  sigemptyset(&none);
  sigemptyset(&usual);
  sigaddset(&usual, SIGPIPE);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &usual);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<std::string> copies = arguments;
  std::vector<char*> argv;
  argv.reserve(copies.size() + 1);
  for (std::string& argument : copies) argv.push_back(argument.data());
  argv.push_back(nullptr);
  char* const variables[] = {variable.empty() ? nullptr : variable.data(), nullptr};
  const int failed = ::posix_spawn(&pid_, argv[0], &actions, &attributes, argv.data(), variables);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (failed == 0) return {};
  pid_ = 0;
  socket_.reset();
  return fail(internal_error(std::string("a template process cannot be started: ") + std::strerror(failed)));
}

bool Template::ready() {
  if (ready_ || !socket_.valid()) return ready_;
  std::string report(kReportBytes, '\0');
  const ssize_t n = ::recv(socket_.get(), report.data(), report.size(), MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (n <= 0) {
    stop();
    return false;
  }
  report.resize(static_cast<std::size_t>(n));
  std::istringstream names(report);
  for (std::string name; names >> name;) modules_.insert(name);
  return ready_ = true;
}

Result<pid_t> Template::copy(const Files& files, const Namespaces& namespaces) {
  TemplateRequest request{namespaces.user ? 1 : 0, namespaces.network ? 1 : 0};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kTemplateFds)] = {};
  iovec data = {&request, sizeof request};
  msghdr message = {};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* rights = CMSG_FIRSTHDR(&message);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN(sizeof(int) * kTemplateFds);
  const int fds[kTemplateFds] = {files.plan, files.input, files.output, files.status};
  std::memcpy(CMSG_DATA(rights), fds, sizeof fds);
  TemplateReply reply{};
  pollfd answered = {socket_.get(), POLLIN, 0};
  const bool good = ::sendmsg(socket_.get(), &message, MSG_NOSIGNAL) == sizeof request &&
                    ::poll(&answered, 1, kCopyMs) > 0 &&
                    ::recv(socket_.get(), &reply, sizeof reply, MSG_DONTWAIT) == sizeof reply;
  if (good && reply.pid > 0) return static_cast<pid_t>(reply.pid);
  stop();
  return fail(internal_error(std::string("a template process cannot be copied: ") +
                             (good ? std::strerror(-reply.pid) : "no answer")));
}

}  // namespace orrery::functions
