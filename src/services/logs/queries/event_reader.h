// The events of some groups, merged, the latest first; what a query reads.
#pragma once

#include "services/logs/chunks/event_walk.h"
#include "services/logs/insights/row.h"
#include "services/logs/records.h"

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace orrery::logs {

// One event by itself.
insights::Event event_of(std::shared_ptr<const insights::Origin> origin, std::shared_ptr<const std::string> stream,
                         const StoredEvent& stored);
std::shared_ptr<const insights::Origin> origin_of(const GroupRecord& group);

class EventReader {
 public:
  // Of the events from `begin_ms` to before `end_ms`, those that have what is needed. `reader` must outlive it. Events
  // that have expired at `now` are not there any more.
  EventReader(Reader& reader, const std::vector<GroupRecord>& groups, std::int64_t begin_ms, std::int64_t end_ms,
              Instant now, const NeededText& needed = {});

  // Event: take() gives it. Paused: nothing was found so far, the next call goes on.
  Result<EventWalk::Step> next();
  insights::Event take() { return std::move(event_); }
  PassedOver passed_over() const;

 private:
  struct Source {
    std::uint64_t group = 0;
    std::shared_ptr<const insights::Origin> origin;
    std::unordered_map<std::uint64_t, std::shared_ptr<const std::string>> streams;  // nullptr: gone
    std::unique_ptr<EventWalk> walk;
    enum class State : std::uint8_t { Behind, Ready, Ended } state = State::Behind;
  };

  Result<std::shared_ptr<const std::string>> stream_of(Source& source, std::uint64_t stream);
  Result<bool> advance(Source& source);

  Reader& reader_;
  const NeededText needed_;
  std::vector<std::unique_ptr<Source>> sources_;
  insights::Event event_;
  PassedOver passed_;  // of single events
};

}  // namespace orrery::logs
