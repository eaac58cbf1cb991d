#include "functions/sandbox/sandbox.h"

#include "functions/testing/scratch.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <sys/stat.h>

namespace orrery::functions {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Ran {
  std::string output, how;
};

class SandboxTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(scratch_.path() + "/work");
    std::filesystem::create_directories(scratch_.path() + "/code");
    std::filesystem::create_directories(scratch_.path() + "/data");
    std::ofstream(scratch_.path() + "/data/secret") << "the secret";
    auto opened = Sandboxes::open({scratch_.path() + "/work", {scratch_.path() + "/data", "/usr/share/doc"}});
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    sandboxes_ = *std::move(opened);
  }

  Ran run(std::vector<std::string> arguments, int memory_mb = 128, int ephemeral_mb = 16) {
    SandboxSpec spec;
    spec.name = "test";
    spec.code_dir = scratch_.path() + "/code";
    spec.layer_dirs = layers_;
    spec.extensions = extensions_;
    spec.memory_mb = memory_mb;
    spec.ephemeral_mb = ephemeral_mb;
    spec.variables = {"GREETING=hello"};
    spec.arguments = std::move(arguments);
    auto started = sandboxes_->start(spec);
    if (!started) return {"", started.error().message};
    Ran ran;
    char buffer[4096];
    while (true) {
      pollfd ready = {started->output.get(), POLLIN, 0};
      if (::poll(&ready, 1, 20'000) <= 0) started->kill();
      const ssize_t n = ::read(started->output.get(), buffer, sizeof buffer);
      if (n <= 0) break;
      ran.output.append(buffer, static_cast<std::size_t>(n));
    }
    ran.how = started->reap();
    return ran;
  }
  Ran shell(const std::string& script, int memory_mb = 128) { return run({"/bin/sh", "-c", script}, memory_mb); }
  Ran python(const std::string& script, int memory_mb = 128) {
    return run({"/usr/bin/python3", "-c", script}, memory_mb);
  }

  Scratch scratch_;
  std::vector<std::string> layers_, extensions_;
  std::unique_ptr<Sandboxes> sandboxes_;
};

TEST_F(SandboxTest, ReportsWhatItProtects) {
  for (const Protection& protection : sandboxes_->protections()) {
    RecordProperty(protection.name, (protection.active ? "yes: " : "no: ") + protection.detail);
  }
  EXPECT_GE(sandboxes_->protections().size(), 8U);
}

TEST_F(SandboxTest, TellsHowItEnded) {
  EXPECT_EQ(shell("exit 0").how, "exit 0");
  EXPECT_EQ(shell("exit 42").how, "exit 42");
  EXPECT_EQ(shell("kill -9 $$").how, "signal 9");
  EXPECT_THAT(run({"/no/such/program"}).how, HasSubstr("No such file"));
}

TEST_F(SandboxTest, HasExactlyItsOwnEnvironmentAndIdentity) {
  EXPECT_EQ(run({"/usr/bin/env"}).output, "GREETING=hello\n");
  EXPECT_EQ(shell("hostname; pwd").output, "sandbox\n/var/task\n");
  EXPECT_THAT(shell("grep -E '^(CapEff|CapBnd|CapPrm|CapAmb|NoNewPrivs|Seccomp):' /proc/self/status").output,
              "CapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nCapBnd:\t0000000000000000\n"
              "CapAmb:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n");
  EXPECT_THAT(shell("id -u").output, Not("0\n"));
  EXPECT_EQ(shell("ls /proc/self/fd | wc -l").output, "4\n");  // 0, 1, 2 and ls's own
}

TEST_F(SandboxTest, SeesNeitherHostFilesNorHostProcesses) {
  EXPECT_THAT(shell("cat " + scratch_.path() + "/data/secret 2>&1").output, HasSubstr("No such file"));
  EXPECT_THAT(shell("ls /usr/share/doc 2>&1; echo $?").output, HasSubstr("Permission denied"));
  EXPECT_EQ(shell("ls -d /root /home /sys /run /boot /mnt /srv /etc/shadow 2>/dev/null").output, "");
  EXPECT_EQ(shell("echo /proc/[0-9]*").output, "/proc/1 /proc/2\n");  // the launcher and the shell
  EXPECT_THAT(shell("cat /proc/1/environ 2>&1").output, HasSubstr("Permission denied"));
}

TEST_F(SandboxTest, WritesOnlyToTmp) {
  EXPECT_THAT(shell("echo x > /tmp/a && cat /tmp/a").output, "x\n");
  for (const char* path : {"/x", "/usr/x", "/etc/x", "/var/task/x", "/opt/x", "/dev/x", "/var/x"}) {
    EXPECT_NE(shell(std::string("echo x > ") + path).how, "exit 0") << path;
  }
  EXPECT_THAT(shell("dd if=/dev/zero of=/tmp/big bs=1M count=32 2>&1").output, HasSubstr("No space left"));
}

TEST_F(SandboxTest, MergesLayersInOrder) {
  scratch_.write("one/lib/a", "1");
  scratch_.write("one/lib/b", "1");
  scratch_.write("two:,/lib/b", "2");
  layers_ = {scratch_.path() + "/one"};
  EXPECT_EQ(shell("cat /opt/lib/a /opt/lib/b").output, "11");
  layers_ = {scratch_.path() + "/one", scratch_.path() + "/two:,"};
  EXPECT_EQ(shell("cat /opt/lib/a /opt/lib/b").output, "12");
  EXPECT_NE(shell("echo x > /opt/lib/a").how, "exit 0");
}

TEST_F(SandboxTest, RefusesDangerousCalls) {
  const Ran ran = python(R"(
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
for name, number, args in [("mount", 165, (b"a", b"/tmp", b"tmpfs", 0, None)), ("ptrace", 101, (0, 0, 0, 0)),
                           ("unshare", 272, (0x10000000,)), ("bpf", 321, (0, None, 0)), ("keyctl", 250, (0, 0)),
                           ("clone", 56, (0x10000000 | 17, None, None, None, None)), ("clone3", 435, (None, 0))]:
    ctypes.set_errno(0)
    result = libc.syscall(number, *args)
    print(name, result, errno.errorcode.get(ctypes.get_errno()))
)");
  EXPECT_EQ(ran.output,
            "mount -1 EPERM\nptrace -1 EPERM\nunshare -1 EPERM\nbpf -1 EPERM\nkeyctl -1 EPERM\nclone -1 EPERM\n"
            "clone3 -1 ENOSYS\n");
}

TEST_F(SandboxTest, LimitsMemory) {
  const Ran ran = python("b = []\nwhile True: b.append(bytearray(1 << 20))", 64);
  if (sandboxes_->has_cgroups()) {
    EXPECT_EQ(ran.how, "signal 9");
  } else {
    EXPECT_THAT(ran.output, HasSubstr("MemoryError"));
  }
}

TEST_F(SandboxTest, SurvivesAForkBomb) {
  const Ran ran = python(
      "import os, time\nn = 0\ntry:\n  while True:\n    if os.fork() == 0: time.sleep(30)\n    n += 1\n"
      "except OSError as e: print(e, n < 1024)",
      1024);
  EXPECT_THAT(ran.output, HasSubstr("Resource temporarily unavailable True"));
}

TEST_F(SandboxTest, StandsStillWhenFrozen) {
  SandboxSpec spec;
  spec.name = "frozen";
  spec.code_dir = scratch_.path() + "/code";
  spec.arguments = {"/bin/sh", "-c", "while true; do echo tick; sleep 0.01; done"};
  auto process = sandboxes_->start(spec);
  ASSERT_TRUE(process.ok());
  const auto count = [&] {
    char buffer[65536];
    ssize_t total = 0;
    for (ssize_t n = 0; (n = ::read(process->output.get(), buffer, sizeof buffer)) > 0;) total += n;
    return total;
  };
  pollfd ready = {process->output.get(), POLLIN, 0};
  ASSERT_GT(::poll(&ready, 1, 10'000), 0);
  process->freeze();
  ssize_t before = 1;
  for (int i = 0; i < 100 && before > 0; ++i) {
    ::usleep(50'000);
    before = count();
  }
  ::usleep(100'000);
  EXPECT_EQ(count(), 0);
  for (int i = 0; i < 50; ++i) process->freeze(), process->thaw();  // in order
  EXPECT_GT(::poll(&ready, 1, 10'000), 0);
  process->freeze();
  process->kill();
  pollfd ended = {process->pidfd.get(), POLLIN, 0};
  EXPECT_GT(::poll(&ended, 1, 10'000), 0);
  process->reap();
}

TEST_F(SandboxTest, RunsExtensionsBesideItsProgram) {
  scratch_.write("layer/extensions/good", "#!/bin/sh\necho beside; sleep 30\n", true);
  scratch_.write("layer/extensions/bad", "#!/bin/sh\nexit 7\n", true);
  layers_ = {scratch_.path() + "/layer"};
  extensions_ = {"/opt/extensions/good"};
  EXPECT_EQ(shell("sleep 0.2; exit 3").how, "exit 3");
  extensions_ = {"/opt/extensions/bad"};
  EXPECT_EQ(shell("sleep 30").how, "extension bad: exit 7");
}

TEST_F(SandboxTest, EndsWithItsProgram) {
  // The grandchild holds the pipe: it would block run() for its 30 s if it lived on.
  EXPECT_EQ(shell("sleep 30 & exit 3").how, "exit 3");
}

}  // namespace
}  // namespace orrery::functions
