#include "services/logs/insights/aggregates.h"

#include "services/logs/insights/functions.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>
#include <vector>

namespace orrery::logs::insights {
namespace {

// count(*): events; count(field): those that have it.
class Count final : public Accumulator {
 public:
  void add(const Value* values, Instant /*at*/) override { count_ += values == nullptr || !is_null(*values) ? 1 : 0; }
  Value result() const override { return count_; }

 private:
  double count_ = 0;
};

class CountDistinct final : public Accumulator {
 public:
  void add(const Value* values, Instant /*at*/) override {
    if (is_null(*values)) return;
    std::string text = shown(*values);
    const std::size_t bytes = text.size();
    if (seen_.insert(std::move(text)).second) bytes_ += bytes + 64;
  }
  Value result() const override { return static_cast<double>(seen_.size()); }
  std::size_t memory() const override { return bytes_; }

 private:
  std::unordered_set<std::string> seen_;
  std::size_t bytes_ = 0;
};

// Of numbers; without any there is no result.
class Moments final : public Accumulator {
 public:
  enum class Of : std::uint8_t { Sum, Mean, Deviation };
  explicit Moments(Of of) : of_(of) {}

  void add(const Value* values, Instant /*at*/) override {
    const auto number = number_in(*values);
    if (!number) return;
    // Welford's: exact where the numbers are large and close together.
    ++count_;
    sum_ += *number;
    const double delta = *number - mean_;
    mean_ += delta / count_;
    squares_ += delta * (*number - mean_);
  }
  Value result() const override {
    if (count_ == 0) return {};
    if (of_ == Of::Sum) return sum_;
    return of_ == Of::Mean ? sum_ / count_ : std::sqrt(squares_ / count_);
  }

 private:
  const Of of_;
  double count_ = 0, sum_ = 0, mean_ = 0, squares_ = 0;
};

class Extreme final : public Accumulator {
 public:
  explicit Extreme(bool greatest) : greatest_(greatest) {}
  void add(const Value* values, Instant /*at*/) override {
    const auto number = number_in(*values);
    if (number && (!best_ || (greatest_ ? *number > *best_ : *number < *best_))) best_ = number;
  }
  Value result() const override { return best_ ? Value(*best_) : Value(); }

 private:
  const bool greatest_;
  std::optional<double> best_;
};

// The value below which that share of the values lies: the nearest rank.
class Percentile final : public Accumulator {
 public:
  void add(const Value* values, Instant /*at*/) override {
    const auto number = number_in(values[0]);
    const auto percent = number_in(values[1]);
    if (number) numbers_.push_back(*number);
    if (percent) percent_ = std::clamp(*percent, 0.0, 100.0);
  }
  Value result() const override {
    if (numbers_.empty()) return {};
    const double rank = std::ceil(percent_ / 100 * static_cast<double>(numbers_.size()));
    const auto at = static_cast<std::ptrdiff_t>(std::max(rank, 1.0)) - 1;
    std::ranges::nth_element(numbers_, numbers_.begin() + at);
    return numbers_[static_cast<std::size_t>(at)];
  }
  std::size_t memory() const override { return numbers_.capacity() * sizeof(double); }

 private:
  mutable std::vector<double> numbers_;  // in no order
  double percent_ = 50;
};

// Of the event with the earliest or the latest time that has the field.
class ByTime final : public Accumulator {
 public:
  explicit ByTime(bool latest) : latest_(latest) {}
  void add(const Value* values, Instant at) override {
    if (is_null(*values) || (!is_null(value_) && (latest_ ? at <= at_ : at >= at_))) return;
    value_ = owned(*values);
    at_ = at;
  }
  Value result() const override {
    if (std::holds_alternative<Instant>(value_)) return *number_in(value_);  // as epoch milliseconds
    return value_;
  }
  std::size_t memory() const override { return memory_of(value_); }

 private:
  const bool latest_;
  Value value_;
  Instant at_;
};

class BySort final : public Accumulator {
 public:
  explicit BySort(bool last) : last_(last) {}
  void add(const Value* values, Instant /*at*/) override {
    if (is_null(*values)) return;
    if (!is_null(value_)) {
      const int order = sort_order(*values, value_);
      if (last_ ? order <= 0 : order >= 0) return;
    }
    value_ = owned(*values);
  }
  Value result() const override { return value_; }
  std::size_t memory() const override { return memory_of(value_); }

 private:
  const bool last_;
  Value value_;
};

using Made = std::unique_ptr<Accumulator>;

constexpr Aggregation kAggregations[] = {
    {"count", 0, 1, +[]() -> Made { return std::make_unique<Count>(); }},
    {"count_distinct", 1, 1, +[]() -> Made { return std::make_unique<CountDistinct>(); }},
    {"sum", 1, 1, +[]() -> Made { return std::make_unique<Moments>(Moments::Of::Sum); }},
    {"avg", 1, 1, +[]() -> Made { return std::make_unique<Moments>(Moments::Of::Mean); }},
    {"stddev", 1, 1, +[]() -> Made { return std::make_unique<Moments>(Moments::Of::Deviation); }},
    {"min", 1, 1, +[]() -> Made { return std::make_unique<Extreme>(false); }},
    {"max", 1, 1, +[]() -> Made { return std::make_unique<Extreme>(true); }},
    {"pct", 2, 2, +[]() -> Made { return std::make_unique<Percentile>(); }},
    {"earliest", 1, 1, +[]() -> Made { return std::make_unique<ByTime>(false); }},
    {"latest", 1, 1, +[]() -> Made { return std::make_unique<ByTime>(true); }},
    {"sortsfirst", 1, 1, +[]() -> Made { return std::make_unique<BySort>(false); }},
    {"sortslast", 1, 1, +[]() -> Made { return std::make_unique<BySort>(true); }},
};

}  // namespace

const Aggregation* find_aggregation(std::string_view name) {
  const std::string lower = lower_case(name);
  const auto* const found = std::ranges::find(kAggregations, lower, &Aggregation::name);
  return found == std::end(kAggregations) ? nullptr : found;
}

}  // namespace orrery::logs::insights
