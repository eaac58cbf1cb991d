// Runs a query over events that are pushed into it, one after the other, latest first; in bounded memory.
#pragma once

#include "services/logs/insights/row.h"
#include "services/logs/insights/syntax.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace orrery::logs::insights {

// One row of the result: names and values, in the order of the columns; what a row does not have is left out.
using Line = std::vector<std::pair<std::string, std::string>>;

struct Limits {
  std::int64_t rows = kDefaultLimit;            // when the query has no limit of its own
  std::size_t memory = std::size_t{128} << 20;  // bytes that are kept at once
};

// What the stages share.
struct Shared {
  Instant started;
  Limits limits;
  std::size_t used = 0;    // bytes of memory
  bool exhausted = false;  // more than the limit was needed: the result is not to be had

  void use(std::size_t bytes) {
    used += bytes;
    if (used > limits.memory) exhausted = true;
  }
  void release(std::size_t bytes) { used -= std::min(bytes, used); }
};

class Stage {
 public:
  virtual ~Stage() = default;
  virtual void push(Row row) = 0;
  // No more rows come.
  virtual void finish() { next->finish(); }

  Stage* next = nullptr;
};

class Pipeline {
 public:
  // `query` must outlive it.
  Pipeline(const Query& query, Limits limits, Instant started);
  ~Pipeline();

  void push(Event event);
  // The result. Call once. Error: InvalidParameterException, it would take more memory than the limit.
  Result<std::vector<Line>> finish();

  bool exhausted() const { return shared_.exhausted; }
  // Events that passed the filters in front of what sorts, counts or limits them.
  std::int64_t matched() const { return matched_; }

 private:
  void add(std::unique_ptr<Stage> stage);

  Shared shared_;
  std::vector<std::unique_ptr<Stage>> stages_;
  std::vector<Line> lines_;
  std::int64_t matched_ = 0;
};

// The columns of the result, in their order; @ptr of events is added to them.
std::vector<std::string> columns_of(const Query& query);

// stages.cc, stats.cc
std::unique_ptr<Stage> make_fields(const Command& command, Shared& shared);
std::unique_ptr<Stage> make_filter(const Command& command, Shared& shared);
std::unique_ptr<Stage> make_parse(const Command& command, Shared& shared);
std::unique_ptr<Stage> make_limit(std::int64_t limit);
std::unique_ptr<Stage> make_dedup(const Command& command, Shared& shared);
// Keeps the first `most` rows of the order.
std::unique_ptr<Stage> make_sort(const Command& command, Shared& shared, std::int64_t most);
std::unique_ptr<Stage> make_stats(const Command& command, Shared& shared);
std::unique_ptr<Stage> make_counter(std::int64_t& count);
std::unique_ptr<Stage> make_lines(std::vector<std::string> columns, Shared& shared, std::vector<Line>& lines);

}  // namespace orrery::logs::insights
