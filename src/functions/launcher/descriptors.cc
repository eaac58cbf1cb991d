#include "functions/launcher/descriptors.h"

#include "functions/sandbox/plan_format.h"

#include <cstring>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using orrery::functions::kMaxPorts;
using orrery::functions::kStatusFd;

int listening_socket(long port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<unsigned short>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) < 0 || listen(fd, 256) < 0) return -1;
  return fd;
}

bool send_descriptors(char mark, const int* fds, std::size_t count) {
  const std::size_t bytes = sizeof(int) * count;
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kMaxPorts)] = {};
  iovec data = {&mark, 1};
  msghdr message = {};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  if (count > 0) {
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(bytes);
    cmsghdr* rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(bytes);
    memcpy(CMSG_DATA(rights), fds, bytes);
  }
  return sendmsg(kStatusFd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) == 1;
}
