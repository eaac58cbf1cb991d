// Memory limits and accounting by control groups, version 1 or 2, where this machine lets us write them.
#pragma once

#include "functions/sandbox/fd.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace orrery::functions {

// The group of one environment. The directory is removed by the destructor: end its processes first.
class Cgroup {
 public:
  Cgroup() = default;  // none: all figures are nullopt
  // `others`: directories of the same group in further hierarchies (version 1 has one a controller).
  Cgroup(std::string directory, int version, std::vector<std::string> others);
  Cgroup(Cgroup&& other) noexcept { swap(other); }
  Cgroup& operator=(Cgroup&& other) noexcept {
    swap(other);
    return *this;
  }
  ~Cgroup();

  bool valid() const { return !directory_.empty(); }
  std::vector<std::string> procs_files() const;
  // The most that was charged so far, file cache and /tmp included.
  std::optional<std::int64_t> peak_bytes() const;
  // What the processes hold now without /tmp and file cache.
  std::optional<std::int64_t> anonymous_bytes() const;
  // Whether the kernel had to end a process of the group for want of memory.
  bool out_of_memory() const;

 private:
  void swap(Cgroup& other) noexcept {
    std::swap(directory_, other.directory_);
    std::swap(version_, other.version_);
    std::swap(others_, other.others_);
    std::swap(peak_, other.peak_);
    std::swap(stat_, other.stat_);
  }

  std::string directory_;
  int version_ = 0;
  std::vector<std::string> others_;
  Fd peak_, stat_;
};

// The parent of all groups of this server. Removed by the destructor.
class Cgroups {
 public:
  // Looks for a place where groups with a memory limit can be made: below or beside the server's own group.
  static Cgroups find();
  Cgroups(Cgroups&&) noexcept;
  Cgroups& operator=(Cgroups&&) = delete;
  ~Cgroups();

  int version() const { return version_; }               // 1, 2, or 0: none
  const std::string& detail() const { return detail_; }  // for people: "cgroup v1 at …", or why not

  // `hard_bytes` limits all that is charged to the group. Cgroup() when there is no version or the kernel refuses.
  // The CPU share follows from `memory_mb`.
  Cgroup make(const std::string& name, std::int64_t hard_bytes, int max_processes, int memory_mb) const;
  bool has_cpu() const { return !cpu_.empty() || (version_ == 2 && v2_cpu_); }
  bool has_pids() const { return !pids_.empty() || version_ == 2; }

 private:
  Cgroups() = default;
  bool try_parent(const std::string& parent, int version);

  static std::string further(const char* controller);

  int version_ = 0;
  std::string directory_, detail_;
  std::string cpu_, pids_;  // version 1: the parents in those hierarchies; empty where there are none
  bool v2_cpu_ = false;
};

}  // namespace orrery::functions
