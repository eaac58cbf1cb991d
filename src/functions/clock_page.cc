#include "functions/clock_page.h"

#include "functions/sandbox/fd.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace orrery::functions {
namespace {

// As launcher/clock.cc reads it.
std::uint64_t encode(Clock::State state) {
  constexpr int kModeBits = 2;
  switch (state.mode) {
    case Clock::Mode::Running:
      return 0;
    case Clock::Mode::Offset:
      return static_cast<std::uint64_t>(state.offset.count()) << kModeBits | 1;
    case Clock::Mode::Frozen:
      return static_cast<std::uint64_t>(epoch_ms(state.frozen_at)) << kModeBits | 2;
  }
  __builtin_unreachable();
}

}  // namespace

Result<> ClockPage::map(const std::string& path) {
  const auto failed = [&] { return fail(internal_error("cannot make " + path + ": " + std::strerror(errno))); };
  // A sandbox that a killed server has left behind keeps the former page.
  ::unlink(path.c_str());
  const Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!file.valid() || ::ftruncate(file.get(), sizeof(std::uint64_t)) < 0) return failed();
  ::fchmod(file.get(), 0644);
  void* page = ::mmap(nullptr, sizeof(std::uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
  if (page == MAP_FAILED) return failed();
  pages_.push_back(static_cast<std::uint64_t*>(page));
  return {};
}

ClockPage::~ClockPage() {
  for (std::uint64_t* page : pages_) ::munmap(page, sizeof *page);
}

void ClockPage::show(Clock::State state) {
  for (std::uint64_t* page : pages_) __atomic_store_n(page, encode(state), __ATOMIC_RELAXED);
}

Result<std::shared_ptr<ClockPage>> ClockPage::follow(Clock& clock, const std::vector<std::string>& folders) {
  auto made = std::make_shared<ClockPage>();
  for (const std::string& folder : folders) TRY(made->map(folder + "/clock.page"));
  made->show(clock.state());
  clock.on_change([weak = std::weak_ptr(made), &clock] {
    if (const auto still = weak.lock()) still->show(clock.state());
  });
  return made;
}

}  // namespace orrery::functions
