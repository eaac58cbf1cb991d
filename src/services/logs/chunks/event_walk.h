// The events of a group, or of one of its streams, one after the other in the order of their places, whatever chunks
// they are in.
#pragma once

#include "services/logs/chunks/chunk.h"
#include "services/logs/chunks/grams.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::logs {

struct WalkRange {
  std::uint64_t group = 0;
  std::optional<std::uint64_t> stream;  // nullopt: all
  Place begin, end;                     // [begin, end)
  Direction direction = Direction::Forward;
  // Events without it may be passed over.
  NeededText needed{};
  // Whether events of this stream are wanted; empty: all are.
  std::function<Result<bool>(std::uint64_t stream)> wants{};
  // Bytes of lines that are held in memory, about, however many chunks overlap: beyond that they are read again.
  std::size_t most_held = std::size_t{64} << 20;
};

struct StoredEvent {
  Place place;
  std::int64_t ingested_ms = 0;
  std::string_view message;  // until the walk goes on
};

// What a walk did not show, because it does not have what is needed.
struct PassedOver {
  std::int64_t searched_events = 0, searched_bytes = 0;  // chunks that were looked into
  std::int64_t skipped_events = 0, skipped_bytes = 0;    // chunks that were not
};

class EventWalk {
 public:
  // `reader` must outlive it.
  EventWalk(Reader& reader, WalkRange range);

  enum class Step : std::uint8_t {
    Event,   // event() is the next one
    Paused,  // as much as kPauseEffort was done without finding one; the next call goes on
    End
  };
  Result<Step> next();
  const StoredEvent& event() const { return event_; }

  // After Paused: all events that were not shown stand here or behind it; before it, when walking back.
  Place rest() const;
  const PassedOver& passed_over() const { return passed_; }
  // How much work was done: about so many bytes were searched.
  std::uint64_t effort() const { return effort_; }

  static constexpr std::uint64_t kPauseEffort = std::uint64_t{16} << 20;

 private:
  struct Chunk {
    ChunkHeader header;
    bool known = false;   // all of the header is
    std::string payload;  // of a small one
    ChunkLines lines;     // none: not read
    bool bounded = false;
    std::size_t at = 0, left = 0;  // once bounded: the next line, and how many are left
    std::size_t memory() const { return payload.size() + lines.memory(); }
  };
  // Chunks ordered by what they show next, the nearest at the front.
  struct Entry {
    Place next;
    std::unique_ptr<Chunk> chunk;
  };
  // Where the walk stands among the chunks of a class.
  struct Source {
    std::unique_ptr<Cursor> cursor;
    std::int64_t limit_ms = 0;
    bool more = false;
    Place bound;  // nothing of what is to come stands before it
  };

  bool forward() const { return range_.direction == Direction::Forward; }
  bool before(const Place& a, const Place& b) const { return forward() ? a < b : b < a; }
  Result<> begin();
  Result<> advance(Source& source);
  Source* nearest();
  Result<> take(Source& source);
  Result<bool> take_row(const ChunkRow& row, Chunk& chunk);
  void push(std::unique_ptr<Chunk> chunk, const Place& next);
  std::unique_ptr<Chunk> pop();
  Result<bool> open(Chunk& chunk);
  void bound_lines(Chunk& chunk) const;
  static Place place_of(const Chunk& chunk);
  void show(std::unique_ptr<Chunk> chunk);
  bool step_within();
  void close_all();

  Reader& reader_;
  const WalkRange range_;
  std::vector<Source> sources_;
  Source* nearest_ = nullptr;  // kept until a source moves
  std::vector<Entry> heap_;
  std::unique_ptr<Chunk> current_;  // whose line is shown
  StoredEvent event_;
  PassedOver passed_;
  std::uint64_t effort_ = 0, paused_at_ = 0;
  std::size_t held_ = 0;  // bytes of text and payloads in the heap
  bool begun_ = false;
};

}  // namespace orrery::logs
