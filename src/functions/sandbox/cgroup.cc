#include "functions/sandbox/cgroup.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <span>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace orrery::functions {

std::string reason(const char* what) { return std::string(what) + ": " + std::strerror(errno); }

std::string read_small_file(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  if (!fd.valid()) return text;
  char buffer[4096];
  for (ssize_t n = 0; (n = ::read(fd.get(), buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(n));
  return text;
}

bool write_small_file(const std::string& path, const std::string& text) {
  const Fd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  return fd.valid() && ::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

namespace {

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t value = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc()) return std::nullopt;
  return value;
}

// Control files answer anew on each read from offset 0.
std::string_view reread(const Fd& fd, std::span<char> buffer) {
  if (!fd.valid()) return {};
  const ssize_t n = ::pread(fd.get(), buffer.data(), buffer.size(), 0);
  return n <= 0 ? std::string_view() : std::string_view(buffer.data(), static_cast<std::size_t>(n));
}

// The path of this process's group: of a controller (version 1), or of the unified hierarchy (an empty name).
std::optional<std::string> own_group(std::string_view controller) {
  const std::string table = read_small_file("/proc/self/cgroup");
  for (std::string_view rest = table; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (second == std::string_view::npos) continue;
    const std::string names = "," + std::string(line.substr(first + 1, second - first - 1)) + ",";
    if (names.find("," + std::string(controller) + ",") == std::string::npos) continue;
    std::string path(line.substr(second + 1));
    if (path == "/") path.clear();
    return path;
  }
  return std::nullopt;
}

// docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html: at 1,769 MB a function has one CPU. A share, no
// quota: what nobody else wants may be used, so that a small function does not start slowly on an idle machine.
constexpr int kMemoryOfACpu = 1769;

// Groups left behind by servers that were killed: named after a process that is no more. Only empty ones can be
// removed.
void sweep(const std::string& parent) {
  DIR* directory = ::opendir(parent.c_str());
  if (directory == nullptr) return;
  constexpr std::string_view kPrefix = "orrery-";
  while (const dirent* entry = ::readdir(directory)) {
    const std::string_view name = entry->d_name;
    if (!name.starts_with(kPrefix)) continue;
    const auto pid = parse_number(name.substr(kPrefix.size()));
    if (!pid || ::kill(static_cast<pid_t>(*pid), 0) == 0 || errno != ESRCH) continue;
    const std::string group = parent + "/" + entry->d_name;
    DIR* inner = ::opendir(group.c_str());
    while (const dirent* child = inner == nullptr ? nullptr : ::readdir(inner)) {
      if (child->d_type == DT_DIR && child->d_name[0] != '.') ::rmdir((group + "/" + child->d_name).c_str());
    }
    if (inner != nullptr) ::closedir(inner);
    ::rmdir(group.c_str());
  }
  ::closedir(directory);
}

}  // namespace

Cgroup::Cgroup(std::string directory, int version, std::vector<std::string> others)
    : directory_(std::move(directory)), version_(version), others_(std::move(others)) {
  const char* peak = version == 1 ? "/memory.max_usage_in_bytes" : "/memory.peak";
  peak_.reset(::open((directory_ + peak).c_str(), O_RDONLY | O_CLOEXEC));
  stat_.reset(::open((directory_ + "/memory.stat").c_str(), O_RDONLY | O_CLOEXEC));
}

Cgroup::~Cgroup() {
  if (directory_.empty()) return;
  others_.push_back(directory_);
  for (const std::string& directory : others_) {
    // The last process may still be on its way out of the group.
    for (int attempt = 0; ::rmdir(directory.c_str()) < 0 && errno == EBUSY && attempt < 20; ++attempt) ::usleep(500);
  }
}

std::vector<std::string> Cgroup::procs_files() const {
  std::vector<std::string> files;
  if (valid()) files.push_back(directory_ + "/cgroup.procs");
  for (const std::string& directory : others_) files.push_back(directory + "/cgroup.procs");
  return files;
}

std::optional<std::int64_t> Cgroup::peak_bytes() const {
  char buffer[64];
  return parse_number(reread(peak_, buffer));
}

std::optional<std::int64_t> Cgroup::anonymous_bytes() const {
  char buffer[4096];
  const std::string_view text = reread(stat_, buffer);
  const std::string_view name = version_ == 1 ? "\ntotal_rss " : "anon ";
  const auto at = text.find(name);
  if (at == std::string_view::npos) return std::nullopt;
  return parse_number(text.substr(at + name.size()));
}

bool Cgroup::out_of_memory() const {
  if (directory_.empty()) return false;
  const std::string text = read_small_file(directory_ + (version_ == 1 ? "/memory.oom_control" : "/memory.events"));
  constexpr std::string_view kName = "oom_kill ";
  const auto at = text.find(kName);
  return at != std::string::npos && parse_number(std::string_view(text).substr(at + kName.size())).value_or(0) > 0;
}

Cgroups Cgroups::find() {
  Cgroups found;
  std::vector<std::pair<std::string, int>> candidates;
  if (const auto own = own_group("memory")) {
    candidates.emplace_back("/sys/fs/cgroup/memory" + *own, 1);
    candidates.emplace_back("/sys/fs/cgroup/memory", 1);  // a container shows its own group as the root
  }
  if (const auto own = own_group("")) {
    // A group with processes cannot share controllers out (cgroups(7), "no internal processes"): beside it rather than
    // below it, unless it is the root.
    candidates.emplace_back("/sys/fs/cgroup" + *own, 2);
    if (!own->empty()) candidates.emplace_back("/sys/fs/cgroup" + own->substr(0, own->rfind('/')), 2);
  }
  for (const auto& [parent, version] : candidates) {
    if (!found.try_parent(parent, version)) continue;
    if (version == 1) {
      found.cpu_ = further("cpu");
      found.pids_ = further("pids");
    }
    return found;
  }
  if (found.detail_.empty()) found.detail_ = "no memory control group is mounted at /sys/fs/cgroup";
  return found;
}

// A parent of our groups in another hierarchy of version 1; empty when there is none that we may write.
std::string Cgroups::further(const char* controller) {
  const auto own = own_group(controller);
  if (!own) return {};
  for (const std::string& below : {*own, std::string()}) {
    const std::string parent = std::string("/sys/fs/cgroup/") + controller + below;
    sweep(parent);
    for (int number = 0; number < 1000; ++number) {
      std::string directory = parent + "/orrery-" + std::to_string(::getpid()) + "-" + std::to_string(number);
      if (::mkdir(directory.c_str(), 0755) == 0) return directory;
      if (errno != EEXIST) break;
    }
  }
  return {};
}

bool Cgroups::try_parent(const std::string& parent, int version) {
  sweep(parent);
  // After the process, for sweep(), and a number: a process may have several pools.
  const std::string prefix = parent + "/orrery-" + std::to_string(::getpid()) + "-";
  std::string directory;
  int made = -1;
  for (int number = 0; made < 0 && number < 1000; ++number) {
    directory = prefix + std::to_string(number);
    made = ::mkdir(directory.c_str(), 0755);
    if (made < 0 && errno != EEXIST) break;
  }
  if (made < 0) {
    if (detail_.empty()) detail_ = "cannot make " + directory + ": " + std::strerror(errno);
    return false;
  }
  if (version == 2) write_small_file(directory + "/cgroup.subtree_control", "+memory +pids");
  v2_cpu_ = version == 2 && write_small_file(directory + "/cgroup.subtree_control", "+cpu");
  directory_ = directory;
  version_ = version;
  if (make("probe", 64 << 20, 16, 64).valid()) {
    detail_ = "cgroup v" + std::to_string(version) + " at " + parent;
    return true;
  }
  if (detail_.empty()) detail_ = "no memory controller in " + parent;
  ::rmdir(directory.c_str());
  directory_.clear();
  version_ = 0;
  return false;
}

Cgroups::Cgroups(Cgroups&& other) noexcept
    : version_(std::exchange(other.version_, 0)),
      directory_(std::exchange(other.directory_, {})),
      detail_(std::move(other.detail_)),
      cpu_(std::exchange(other.cpu_, {})),
      pids_(std::exchange(other.pids_, {})),
      v2_cpu_(other.v2_cpu_) {}

Cgroups::~Cgroups() {
  for (const std::string& directory : {directory_, cpu_, pids_}) {
    if (!directory.empty()) ::rmdir(directory.c_str());
  }
}

Cgroup Cgroups::make(const std::string& name, std::int64_t hard_bytes, int max_processes, int memory_mb) const {
  if (version_ == 0) return {};
  const std::string directory = directory_ + "/" + name;
  if (::mkdir(directory.c_str(), 0755) < 0 && errno != EEXIST) return {};
  const std::string limit = std::to_string(hard_bytes);
  bool limited = false;
  if (version_ == 1) {
    limited = write_small_file(directory + "/memory.limit_in_bytes", limit);
    write_small_file(directory + "/memory.memsw.limit_in_bytes", limit);  // absent without swap accounting
  } else {
    limited = write_small_file(directory + "/memory.max", limit);
    write_small_file(directory + "/memory.swap.max", "0");
    write_small_file(directory + "/pids.max", std::to_string(max_processes));
    const int weight = std::clamp(memory_mb * 100 / kMemoryOfACpu, 1, 10'000);
    if (v2_cpu_) write_small_file(directory + "/cpu.weight", std::to_string(weight));
  }
  if (!limited) {
    ::rmdir(directory.c_str());
    return {};
  }
  std::vector<std::string> others;
  const auto add = [&](const std::string& parent, const char* file, int value) {
    const std::string other = parent + "/" + name;
    if (parent.empty() || (::mkdir(other.c_str(), 0755) < 0 && errno != EEXIST)) return;
    write_small_file(other + file, std::to_string(value));
    others.push_back(other);
  };
  add(cpu_, "/cpu.shares", std::max(2, memory_mb * 1024 / kMemoryOfACpu));
  add(pids_, "/pids.max", max_processes);
  return {directory, version_, std::move(others)};
}

}  // namespace orrery::functions
