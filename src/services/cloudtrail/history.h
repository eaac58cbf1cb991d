// Bounds of the event history: an account's events of a region are as many as that and no older, and what goes is found
// without walking over what stays.
#pragma once

#include "services/cloudtrail/events.h"
#include "store/store.h"

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace orrery::cloudtrail {

class History {
 public:
  explicit History(Store& store) : store_(store) {}

  // Once the event at `key` has been committed, in its second of the clock. Every so often the oldest go; failures are
  // logged.
  void added(const Recipient& recipient, const std::string& key, Instant at);

 private:
  struct Extent {
    std::uint64_t added = 0;
    std::optional<std::int64_t> count;  // nullopt: not counted since the start
    std::string begin;                  // nothing is before it
    bool trimmed = false;               // somebody is at it
  };
  Result<> trim(Extent& extent, const std::string& prefix, Instant now);

  Store& store_;
  std::mutex mutex_;
  std::map<std::string, Extent> extents_;  // by prefix
};

}  // namespace orrery::cloudtrail
