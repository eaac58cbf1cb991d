// Preloaded into the programs of a function whose server's clock is wound: answers what the time is with the Orrery's
// (docs/decisions/015-functions-clock.md). The monotonic clocks stay as they are, so that waiting and time limits do.
// The server keeps a page with its clock's state beside this library, which every program here maps.
#include <cstdint>
#include <cstring>
#include <ctime>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

namespace {

using Gettime = int (*)(clockid_t, timespec*);
using Nanosleep = int (*)(clockid_t, int, const timespec*, timespec*);

// What functions/clock_page.cc writes: milliseconds, shifted by two bits, and whose they are.
enum : std::uint64_t { kRunning = 0, kOffset = 1, kFrozen = 2, kMode = 3 };
const std::uint64_t* g_page = nullptr;
Gettime g_gettime = nullptr;
constexpr long long kNsPerMs = 1'000'000;
constexpr long long kNsPerS = 1'000'000'000;

int real_gettime(clockid_t clock, timespec* out) {
  if (g_gettime != nullptr) return g_gettime(clock, out);
  return static_cast<int>(syscall(SYS_clock_gettime, clock, out));  // before set_up()
}

bool is_wall_clock(clockid_t clock) { return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE; }

long long nanoseconds(const timespec& t) { return static_cast<long long>(t.tv_sec) * kNsPerS + t.tv_nsec; }

// At least zero seconds: timespec of the time before 1970 is nobody's friend.
timespec from_nanoseconds(long long ns) {
  timespec t = {};
  if (ns < 0) return t;
  t.tv_sec = static_cast<time_t>(ns / kNsPerS);
  t.tv_nsec = static_cast<long>(ns % kNsPerS);
  return t;
}

timespec on_the_orrery(const timespec& real) {
  if (g_page == nullptr) return real;
  const std::uint64_t state = __atomic_load_n(g_page, __ATOMIC_RELAXED);
  const long long ms = static_cast<std::int64_t>(state) >> 2;
  switch (state & kMode) {
    case kOffset:
      return from_nanoseconds(nanoseconds(real) + ms * kNsPerMs);
    case kFrozen:
      return from_nanoseconds(ms * kNsPerMs);
    default:
      return real;
  }
}

timespec now() {
  timespec real = {};
  real_gettime(CLOCK_REALTIME, &real);
  return on_the_orrery(real);
}

__attribute__((constructor)) void set_up() {
  g_gettime = reinterpret_cast<Gettime>(dlsym(RTLD_NEXT, "clock_gettime"));
  Dl_info self = {};
  char path[4096];
  if (dladdr(reinterpret_cast<void*>(&set_up), &self) == 0 || self.dli_fname == nullptr) return;
  const char* slash = strrchr(self.dli_fname, '/');
  const size_t length = slash == nullptr ? 0 : static_cast<size_t>(slash - self.dli_fname) + 1;
  if (length + sizeof "clock.page" > sizeof path) return;
  memcpy(path, self.dli_fname, length);
  memcpy(path + length, "clock.page", sizeof "clock.page");
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  void* page = mmap(nullptr, sizeof *g_page, PROT_READ, MAP_SHARED, fd, 0);
  close(fd);
  if (page != MAP_FAILED) g_page = static_cast<const std::uint64_t*>(page);
}

}  // namespace

#define EXPORTED extern "C" __attribute__((visibility("default")))

EXPORTED int clock_gettime(clockid_t clock, timespec* out) noexcept {
  const int status = real_gettime(clock, out);
  if (status == 0 && is_wall_clock(clock)) *out = on_the_orrery(*out);
  return status;
}

EXPORTED int gettimeofday(timeval* out, void*) noexcept {
  const timespec t = now();
  out->tv_sec = t.tv_sec;
  out->tv_usec = t.tv_nsec / 1000;
  return 0;
}

EXPORTED time_t time(time_t* out) noexcept {
  const timespec t = now();
  if (out != nullptr) *out = t.tv_sec;
  return t.tv_sec;
}

EXPORTED int timespec_get(timespec* out, int base) noexcept {
  if (base != TIME_UTC) return 0;
  *out = now();
  return base;
}

// Until an instant of the Orrery: as long as it is until there now.
EXPORTED int clock_nanosleep(clockid_t clock, int flags, const timespec* wanted, timespec* left) {
  static const auto real_sleep = reinterpret_cast<Nanosleep>(dlsym(RTLD_NEXT, "clock_nanosleep"));
  if (!is_wall_clock(clock) || (flags & TIMER_ABSTIME) == 0) return real_sleep(clock, flags, wanted, left);
  timespec real = {};
  real_gettime(CLOCK_REALTIME, &real);
  const timespec shown = on_the_orrery(real);
  const timespec until = from_nanoseconds(nanoseconds(real) + nanoseconds(*wanted) - nanoseconds(shown));
  return real_sleep(clock, flags, &until, left);
}
