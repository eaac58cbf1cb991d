#include "server/only_one.h"

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fstream>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace orrery::server {
namespace {

constexpr std::size_t kNameLength = 32;

// What a crash has left half-written is written anew.
Result<std::string> name_in(const std::string& path, Random& random) {
  std::string name;
  if (std::ifstream file(path); file) file >> name;
  if (name.size() == kNameLength && name.find_first_not_of(kLowerHex) == std::string::npos) return name;
  name = random.token(kNameLength, kLowerHex);
  std::ofstream file(path, std::ios::trunc);
  file << name << "\n";
  file.close();
  if (!file) return fail(internal_error("cannot write " + path));
  return name;
}

}  // namespace

// A socket's abstract name (unix(7)) belongs to one process, and is free again when that ends, however it does.
Result<std::shared_ptr<void>> claim(const std::string& data_dir, Random& random) {
  const std::string path = data_dir + "/instance";
  const std::string name = "orrery/" + TRY(name_in(path, random));
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path + 1, name.data(), name.size());  // the first byte stays 0
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return fail(internal_error(std::string("cannot make a socket: ") + std::strerror(errno)));
  std::shared_ptr<void> claimed(nullptr, [fd](void*) { ::close(fd); });
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), length) == 0) return claimed;
  if (errno != EADDRINUSE) return fail(internal_error("cannot claim " + path + ": " + std::strerror(errno)));
  return fail(
      internal_error("another server runs on a copy of " + data_dir +
                     " (or this is the copy): both would do what is scheduled. Stop the other one; or, if these "
                     "are to go separate ways, delete " +
                     path));
}

}  // namespace orrery::server
