// Runs one disabled test of this program in a process of its own, to be killed or to live in a world of its own (a full
// disk). A plain fork would not do: RocksDB's threads do not survive it. For tests only.
#pragma once

#include "base/check.h"

#include <csignal>
#include <string>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

namespace orrery {

class ChildProcess {
 public:
  // `test` as for --gtest_filter; `argument` reaches it through argument().
  ChildProcess(const std::string& test, const std::string& argument) {
    int ends[2] = {};
    CHECK(::pipe2(ends, O_CLOEXEC) == 0);
    pid_ = ::fork();
    CHECK(pid_ >= 0);
    if (pid_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::setenv("ORRERY_TEST_ARGUMENT", argument.c_str(), 1);
      const std::string filter = "--gtest_filter=" + test;
      ::execl("/proc/self/exe", "child", filter.c_str(), "--gtest_also_run_disabled_tests", "--gtest_brief=1", nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    output_ = ends[0];
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess() {
    if (pid_ > 0) kill();
    ::close(output_);
  }

  static std::string argument() {
    const char* value = ::getenv("ORRERY_TEST_ARGUMENT");
    return value == nullptr ? "" : value;
  }

  // What the child has written to its standard output since the last call; waits for something; empty at the end.
  std::string read() const {
    std::string piece(4096, '\0');
    const ssize_t length = ::read(output_, piece.data(), piece.size());
    piece.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
    return piece;
  }
  std::string read_all() const {
    std::string all;
    for (std::string piece = read(); !piece.empty(); piece = read()) all += piece;
    return all;
  }
  void kill() {
    ::kill(pid_, SIGKILL);
    wait();
  }
  // The exit status, -1 when a signal ended it.
  int wait() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t pid_ = 0;
  int output_ = -1;
};

}  // namespace orrery
