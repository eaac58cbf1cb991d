#include "services/logs/chunks/event_walk.h"

#include <algorithm>
#include <map>
#include <random>

#include <gtest/gtest.h>

namespace orrery::logs {
namespace {

constexpr std::uint64_t kGroup = 7;

struct Known {
  Place place;
  std::int64_t ingested_ms = 0;
  std::string message;

  auto operator<=>(const Known&) const = default;
};

class Walk : public testing::Test {
 protected:
  void put(std::uint64_t stream, std::int64_t ingested_ms,
           const std::vector<std::pair<std::int64_t, std::string>>& batch) {
    std::vector<Line> lines;
    std::uint64_t& counter = counters[stream];
    for (const auto& [at_ms, message] : batch) {
      lines.push_back({at_ms, message});
      known.push_back({{at_ms, stream, counter + lines.size() - 1}, ingested_ms, message});
    }
    ASSERT_TRUE(store->transact(
        [&](Transaction& tx) { return write_chunks(tx, kGroup, stream, counter, ingested_ms, lines); }));
    counter += lines.size();
    std::ranges::sort(known);
  }
  std::vector<Known> walk(WalkRange range) {
    range.group = kGroup;
    const auto reader = store->snapshot();
    EventWalk events(*reader, range);
    std::vector<Known> found;
    for (;;) {
      const auto step = events.next();
      EXPECT_TRUE(step) << step.error().message;
      if (!step || *step == EventWalk::Step::End) break;
      if (*step == EventWalk::Step::Paused) continue;
      found.push_back({events.event().place, events.event().ingested_ms, std::string(events.event().message)});
    }
    passed = events.passed_over();
    return found;
  }
  std::vector<Known> expected(const WalkRange& range) {
    std::vector<Known> found;
    for (const Known& one : known) {
      if (one.place < range.begin || !(one.place < range.end)) continue;
      if (!range.stream || *range.stream == one.place.stream) found.push_back(one);
    }
    if (range.direction == Direction::Reverse) std::ranges::reverse(found);
    return found;
  }

  std::unique_ptr<Store> store = make_memory_store();
  std::map<std::uint64_t, std::uint64_t> counters;
  std::vector<Known> known;  // ordered
  PassedOver passed;
};

WalkRange range_of(Place begin, Place end) {
  WalkRange range;
  range.begin = begin;
  range.end = end;
  return range;
}

const Place kEnd{INT64_MAX, 0, 0};

// Batches of few and of many lines, of long and short times, that overlap: every range, both ways, of all and of one.
TEST_F(Walk, GivesTheOrderOfThePlacesWhateverTheChunks) {
  std::mt19937 random(3);  // NOLINT: the same batches each time
  constexpr std::int64_t kSpans[] = {0, 10, 1000, 60'000, 3'600'000, 86'400'000};
  for (int i = 0; i < 60; ++i) {
    const std::int64_t span = kSpans[random() % 6],
                       begin = 1'000'000 + static_cast<std::int64_t>(random() % 100'000'000);
    std::vector<std::int64_t> times;
    for (std::size_t count = 1 + random() % (random() % 4 == 0 ? 800 : 5); times.size() < count;) {
      times.push_back(begin + (span == 0 ? 0 : static_cast<std::int64_t>(random()) % span));
    }
    std::ranges::sort(times);
    std::vector<std::pair<std::int64_t, std::string>> batch;
    for (const std::int64_t at : times)
      batch.emplace_back(at, std::string(random() % 400, 'x') + std::to_string(random()));
    put(1 + random() % 3, 5000 + i, batch);
  }
  for (int i = 0; i < 60; ++i) {
    WalkRange range = range_of({}, kEnd);
    if (i > 3) {
      range.begin = known[random() % known.size()].place;
      range.end = known[random() % known.size()].place;
      if (random() % 2 == 0) range.end.counter += 1;
    }
    range.direction = i % 2 == 0 ? Direction::Forward : Direction::Reverse;
    if (i % 4 > 1) range.stream = 1 + random() % 3;
    ASSERT_EQ(walk(range), expected(range)) << i;
  }
}

TEST_F(Walk, PassesOverWhatCannotMatch) {
  for (int batch = 0; batch < 8; ++batch) {
    std::vector<std::pair<std::int64_t, std::string>> lines;
    for (int i = 0; i < 200; ++i)
      lines.emplace_back(1000 * batch + i, "an ordinary line with nothing in it, number " + std::to_string(i));
    if (batch == 5) lines[100].second = "here is the needle";
    put(1, 1, lines);
  }
  WalkRange range = range_of({}, kEnd);
  range.needed.clauses = {{"needle"}};
  auto found = walk(range);
  EXPECT_EQ(found.size(), 200U);  // its chunk
  EXPECT_EQ(passed.skipped_events, 1400);
  EXPECT_EQ(passed.searched_events, 0);
  range.needed.clauses = {{"edl"}};  // too short for the filter
  found = walk(range);
  EXPECT_EQ(found.size(), 200U);
  EXPECT_EQ(passed.skipped_events, 0);
  EXPECT_EQ(passed.searched_events, 1400);
  range.needed.clauses.clear();
  range.wants = [](std::uint64_t stream) -> Result<bool> { return stream != 1; };
  EXPECT_TRUE(walk(range).empty());
}

TEST_F(Walk, HoldsLongLinesAndManyChunksAtOnce) {
  std::mt19937 random(4);  // NOLINT: the same lines each time
  std::string noise;       // does not get smaller
  while (noise.size() < 60'000) noise += static_cast<char>(random());
  put(1, 1, {{50, std::string(1'000'000, 'a') + "b"}, {60, ""}, {70, noise}});
  // Each of 40 streams has a chunk of 60 KB that reaches over the same ten seconds, and one that is small.
  for (std::uint64_t stream = 2; stream < 42; ++stream) {
    const auto at = static_cast<std::int64_t>(stream);
    put(stream, 1, {{at, "begin"}, {at + 1, noise.substr(stream)}, {at + 10'000, "end"}});
    put(stream, 1, {{at, "small"}, {at + 20'000, "too"}});
  }
  for (const Direction direction : {Direction::Forward, Direction::Reverse}) {
    WalkRange range = range_of({}, kEnd);
    range.direction = direction;
    range.most_held = 500'000;
    EXPECT_TRUE(walk(range) == expected(range));
  }
}

TEST_F(Walk, ErasedChunksLeaveNothing) {
  put(1, 1, {{50, "small"}});
  std::vector<std::pair<std::int64_t, std::string>> lines;
  std::mt19937 random(5);  // NOLINT: the same lines each time
  for (int i = 0; i < 2000; ++i) lines.emplace_back(1000 * i, std::to_string(random()) + std::to_string(random()));
  put(1, 1, lines);
  ASSERT_TRUE(store->transact([&](Transaction& tx) -> Result<> {
    std::vector<ChunkHeader> chunks;
    const auto cursor = tx.scan(prefix_range(stream_chunks_prefix(kGroup, 1)));
    while (cursor->next()) chunks.push_back(TRY(read_stream_chunk(cursor->key(), cursor->value())));
    for (const ChunkHeader& chunk : chunks) TRY(erase_chunk(tx, kGroup, chunk));
    return {};
  }));
  EXPECT_FALSE(store->snapshot()->scan({})->next());
}

TEST(SpanClass, HoldsWhatItSays) {
  for (const std::int64_t span : {0L, 63L, 64L, 511L, 512L, 100'000L, kMostSpan_ms}) {
    const std::uint8_t of = span_class_of(span);
    EXPECT_LT(span, span_limit_ms(of));
    if (of > 0) {
      EXPECT_GE(span, span_limit_ms(static_cast<std::uint8_t>(of - 1)));
    }
  }
}

TEST(ChunkRow, CorruptOnesAreErrors) {
  ChunkHeader header;
  header.count = 3;
  header.text_bytes = 10;
  const std::string key = chunk_key(1, header), value = encode_chunk({header, {}, "payload"});
  ASSERT_TRUE(read_chunk(key, value));
  for (std::size_t size = 0; size < 6; ++size) EXPECT_FALSE(read_chunk(key, value.substr(0, size)));
  for (const char* payload : {"", "\x01", "\xff\xff\xff", "\x20zzzz", "\0abc"}) {
    EXPECT_FALSE(ChunkLines::read(header, payload));
  }
}

}  // namespace
}  // namespace orrery::logs
