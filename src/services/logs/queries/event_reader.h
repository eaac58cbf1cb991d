// The events of some groups, merged, the latest first; what a query reads.
#pragma once

#include "services/logs/insights/row.h"
#include "services/logs/records.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace orrery::logs {

class EventReader {
 public:
  // Of the events from `begin_ms` to before `end_ms`. `reader` must outlive it. Events that have expired at `now` are
  // not there any more.
  EventReader(Reader& reader, std::vector<GroupRecord> groups, std::int64_t begin_ms, std::int64_t end_ms, Instant now);

  // nullopt at the end.
  Result<std::optional<insights::Event>> next();

 private:
  struct Source {
    GroupRecord group;
    std::unique_ptr<Cursor> cursor;
    std::shared_ptr<const std::string> log;
    std::map<std::uint64_t, std::shared_ptr<const std::string>> streams;  // nullptr: gone
    std::int64_t at_ms = 0;                                               // of the event that the cursor stands on
    bool more = false;
  };

  static Result<> advance(Source& source);
  Result<std::shared_ptr<const std::string>> stream_of(Source& source, std::uint64_t stream);

  Reader& reader_;
  std::vector<Source> sources_;
  bool begun_ = false;
};

// @ptr: where the event is stored, and its group's name.
std::string event_pointer(const GroupRecord& group, std::string_view event_key);
struct Pointed {
  std::string group;  // its name
  std::string key;    // of the event
};
// nullopt: not a pointer of ours.
std::optional<Pointed> read_pointer(const std::string& pointer);

// One event by itself. Error: the group or the event is gone.
insights::Event event_of(const GroupRecord& group, std::shared_ptr<const std::string> log,
                         std::shared_ptr<const std::string> stream, std::string_view key, std::string_view value);
std::string log_of(const GroupRecord& group);

}  // namespace orrery::logs
