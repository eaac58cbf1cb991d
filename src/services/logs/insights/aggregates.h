// What `stats` counts and sums.
#pragma once

#include "services/logs/insights/value.h"

#include <cstdint>
#include <memory>
#include <string_view>

namespace orrery::logs::insights {

// One group's running result.
class Accumulator {
 public:
  virtual ~Accumulator() = default;
  // `values` are the arguments for one row, none for count(*); `at` is its time.
  virtual void add(const Value* values, Instant at) = 0;
  virtual Value result() const = 0;
  // Bytes beyond the object itself.
  virtual std::size_t memory() const { return 0; }
};

// docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Stats.html
struct Aggregation {
  std::string_view name;    // lower case
  std::size_t least, most;  // arguments
  std::unique_ptr<Accumulator> (*make)();
};

// nullptr: there is none of that name, in whatever case.
const Aggregation* find_aggregation(std::string_view name);

}  // namespace orrery::logs::insights
