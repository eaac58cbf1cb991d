// A template process: an interpreter that has loaded what most functions load, and waits for the server to ask for
// copies of itself. This is the library that it waits in (docs/decisions/010-sandbox.md, "Templates"). It is trusted
// and never runs a function's code: its copies do, once they have carried out their plan.
#include "functions/launcher/carry_out.h"
#include "functions/sandbox/plan_format.h"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

using orrery::functions::kPlanFd;
using orrery::functions::kStatusFd;
using orrery::functions::kTemplateFds;
using orrery::functions::TemplateReply;
using orrery::functions::TemplateRequest;

namespace {

bool receive(int socket, TemplateRequest& request, int* fds) {
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kTemplateFds)];
  iovec data = {&request, sizeof request};
  msghdr message = {};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t n = 0;
  do {
    n = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  } while (n < 0 && errno == EINTR);
  const cmsghdr* rights = CMSG_FIRSTHDR(&message);
  if (n != sizeof request || rights == nullptr || rights->cmsg_len != CMSG_LEN(sizeof(int) * kTemplateFds))
    return false;
  memcpy(fds, CMSG_DATA(rights), sizeof(int) * kTemplateFds);
  return true;
}

// Standard streams, the plan and the status, where carry_out_plan() looks for them; nothing else.
void arrange(const int* fds) {
  int high[kTemplateFds];
  for (int i = 0; i < kTemplateFds; ++i) high[i] = fcntl(fds[i], F_DUPFD, 64);
  const int targets[kTemplateFds] = {kPlanFd, 0, 1, kStatusFd};
  for (int i = 0; i < kTemplateFds; ++i) {
    if (high[i] < 0 || dup2(high[i], targets[i]) < 0) _exit(125);
  }
  if (dup2(1, 2) < 0 || syscall(SYS_close_range, kStatusFd + 1, ~0U, 0) < 0) _exit(125);
}

}  // namespace

// Waits on the socket for requests. Returns in a copy that is a sandbox's runtime now, with its environment; a template
// itself ends here, when its server does.
extern "C" __attribute__((visibility("default"))) char** orrery_template_wait(int socket) {
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  TemplateRequest request = {};
  int fds[kTemplateFds];
  while (receive(socket, request, fds)) {
    unsigned long flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_PARENT | SIGCHLD;
    if (request.user_namespace != 0) flags |= CLONE_NEWUSER;
    if (request.network_namespace != 0) flags |= CLONE_NEWNET;
    // A child of the server, which waits for it as for any other sandbox. The copy only carries out its plan and reaps;
    // the runtime is forked by libc.
    const long pid = syscall(SYS_clone, flags, nullptr, nullptr, nullptr, nullptr);
    if (pid == 0) {
      arrange(fds);
      return carry_out_plan();
    }
    const TemplateReply reply = {static_cast<int>(pid < 0 ? -errno : pid)};
    for (const int fd : fds) close(fd);
    if (send(socket, &reply, sizeof reply, MSG_NOSIGNAL) != sizeof reply) break;
  }
  _exit(0);
}
