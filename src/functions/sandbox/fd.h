// A file descriptor with an owner.
#pragma once

#include <string>
#include <utility>

#include <unistd.h>

namespace orrery::functions {

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) reset(std::exchange(other.fd_, -1));
    return *this;
  }
  ~Fd() { reset(); }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset(int fd = -1) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
  }

 private:
  int fd_ = -1;
};

// "WHAT: " and what errno means.
std::string reason(const char* what);

// All of a small file (a /proc or cgroup file); empty when it cannot be read.
std::string read_small_file(const std::string& path);
// One write; false when it failed.
bool write_small_file(const std::string& path, const std::string& text);

}  // namespace orrery::functions
