// The clock as functions see it: a page of memory that every sandbox maps, and the library that makes programs look
// there (launcher/clock.cc). Only environments that are started while the clock is wound have it preloaded.
#pragma once

#include "base/clock.h"
#include "base/result.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::functions {

inline constexpr std::string_view kClockLibrary = "clock.so";

class ClockPage {
 public:
  // Writes library and page into each of the folders, and the clock's state into the pages from now on, whenever it is
  // set. Before threads set the clock (Clock::on_change).
  static Result<std::shared_ptr<ClockPage>> follow(Clock& clock, const std::vector<std::string>& folders);
  ClockPage() = default;
  ClockPage(const ClockPage&) = delete;
  ClockPage& operator=(const ClockPage&) = delete;
  ~ClockPage();

 private:
  Result<> map(const std::string& path);
  void show(Clock::State state);

  std::vector<std::uint64_t*> pages_;
};

inline bool is_wound(const Clock& clock) { return clock.state().mode != Clock::Mode::Running; }

}  // namespace orrery::functions
