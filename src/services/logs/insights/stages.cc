// The commands that pass rows on, one by one or in another order.
#include "services/logs/insights/evaluate.h"
#include "services/logs/insights/pipeline.h"

#include <algorithm>
#include <unordered_set>

#include <re2/re2.h>

namespace orrery::logs::insights {
namespace {

class Fields final : public Stage {
 public:
  Fields(const Command& command, const Shared& shared) : command_(command), shared_(shared) {}

  void push(Row row) override {
    for (const Named& item : command_.items) {
      const bool plain = item.expression.kind == Expression::Kind::Field && item.expression.field == item.name;
      if (plain) continue;
      Value value = owned(evaluate(item.expression, {row, shared_.started}));
      row.set(item.name, std::move(value));
    }
    next->push(std::move(row));
  }

 private:
  const Command& command_;
  const Shared& shared_;
};

class Filter final : public Stage {
 public:
  Filter(const Command& command, const Shared& shared) : command_(command), shared_(shared) {}

  void push(Row row) override {
    const bool holds = truthy(evaluate(command_.condition, {row, shared_.started}));
    if (holds) next->push(std::move(row));
  }

 private:
  const Command& command_;
  const Shared& shared_;
};

// Rows that do not match go on without the fields.
class Parse final : public Stage {
 public:
  Parse(const Command& command, const Shared& shared)
      : command_(command), shared_(shared), found_(command.names.size() + 1) {}

  void push(Row row) override {
    const std::string text = shown(evaluate(command_.condition, {row, shared_.started}));
    const auto groups = static_cast<int>(found_.size());
    if (command_.regex->Match(text, 0, text.size(), re2::RE2::UNANCHORED, found_.data(), groups)) {
      for (std::size_t i = 0; i < command_.names.size(); ++i) {
        const re2::StringPiece& group = found_[i + 1];
        if (command_.names[i].empty() || group.data() == nullptr) continue;
        row.set(command_.names[i], std::string(group.data(), group.size()));
      }
    }
    next->push(std::move(row));
  }

 private:
  const Command& command_;
  const Shared& shared_;
  std::vector<re2::StringPiece> found_;
};

class Limit final : public Stage {
 public:
  explicit Limit(std::int64_t limit) : left_(limit) {}
  void push(Row row) override {
    if (left_ > 0) --left_, next->push(std::move(row));
  }

 private:
  std::int64_t left_;
};

class Counter final : public Stage {
 public:
  explicit Counter(std::int64_t& count) : count_(count) {}
  void push(Row row) override {
    ++count_;
    next->push(std::move(row));
  }

 private:
  std::int64_t& count_;
};

// Rows come in their order; one without any of the fields is no duplicate.
class Dedup final : public Stage {
 public:
  Dedup(const Command& command, Shared& shared) : command_(command), shared_(shared) {}

  void push(Row row) override {
    std::string key;
    for (const Named& item : command_.items) {
      const Value value = evaluate(item.expression, {row, shared_.started});
      if (is_null(value)) return next->push(std::move(row));
      const std::string text = shown(value);
      key.append(std::to_string(text.size())).append(":").append(text);
    }
    if (!shared_.exhausted && seen_.insert(key).second) {
      shared_.use(key.size() + 64);
      next->push(std::move(row));
    }
  }

 private:
  const Command& command_;
  Shared& shared_;
  std::unordered_set<std::string> seen_;
};

class Sort final : public Stage {
  struct Kept {
    Row row;
    std::vector<Value> keys;
    std::int64_t number = 0;  // of arrival, which decides between equals
    std::size_t bytes = 0;
  };

  bool full() const { return static_cast<std::int64_t>(kept_.size()) >= most_; }
  bool before(const Kept& a, const Kept& b) const {
    for (std::size_t i = 0; i < a.keys.size(); ++i) {
      const int order = sort_order(a.keys[i], b.keys[i]);
      if (order != 0) return command_.descending[i] ? order > 0 : order < 0;
    }
    return a.number < b.number;
  }
  auto order() const {
    return [this](const Kept& a, const Kept& b) { return before(a, b); };
  }

 public:
  Sort(const Command& command, Shared& shared, std::int64_t most) : command_(command), shared_(shared), most_(most) {}

  void push(Row row) override {
    if (shared_.exhausted) return;
    Kept kept;
    for (const Named& item : command_.items) {
      kept.keys.push_back(owned(evaluate(item.expression, {row, shared_.started})));
    }
    kept.number = number_++;
    // Full: whatever is not before the last one is not wanted.
    if (full() && !before(kept, kept_.front())) return;
    row.slim();
    kept.row = std::move(row);
    kept.bytes = kept.row.memory() + sizeof(Kept);
    for (const Value& key : kept.keys) kept.bytes += memory_of(key);
    if (full()) {
      std::ranges::pop_heap(kept_, order());
      shared_.release(kept_.back().bytes);
      kept_.pop_back();
    }
    shared_.use(kept.bytes);
    kept_.push_back(std::move(kept));
    std::ranges::push_heap(kept_, order());
  }

  void finish() override {
    std::ranges::sort_heap(kept_, order());
    for (Kept& kept : kept_) {
      shared_.release(kept.bytes);
      next->push(std::move(kept.row));
    }
    kept_.clear();
    next->finish();
  }

 private:
  const Command& command_;
  Shared& shared_;
  const std::int64_t most_;
  std::int64_t number_ = 0;
  std::vector<Kept> kept_;  // a heap with the last row at its front
};

// The end: rows as they are shown.
class Lines final : public Stage {
 public:
  Lines(std::vector<std::string> columns, Shared& shared, std::vector<Line>& lines)
      : columns_(std::move(columns)), shared_(shared), lines_(lines) {}

  void push(Row row) override {
    if (shared_.exhausted) return;
    Line line;
    std::size_t bytes = sizeof(Line);
    const auto add = [&](const std::string& name) {
      const Value value = row.field(name);
      if (is_null(value)) return;
      line.emplace_back(name, shown(value));
      bytes += sizeof(line.back()) + name.size() + line.back().second.size();
    };
    for (const std::string& name : columns_) add(name);
    if (row.event() != nullptr && std::ranges::find(columns_, "@ptr") == columns_.end()) add("@ptr");
    shared_.use(bytes);
    lines_.push_back(std::move(line));
  }
  void finish() override {}

 private:
  const std::vector<std::string> columns_;
  Shared& shared_;
  std::vector<Line>& lines_;
};

}  // namespace

std::unique_ptr<Stage> make_fields(const Command& command, Shared& shared) {
  return std::make_unique<Fields>(command, shared);
}
std::unique_ptr<Stage> make_filter(const Command& command, Shared& shared) {
  return std::make_unique<Filter>(command, shared);
}
std::unique_ptr<Stage> make_parse(const Command& command, Shared& shared) {
  return std::make_unique<Parse>(command, shared);
}
std::unique_ptr<Stage> make_limit(std::int64_t limit) { return std::make_unique<Limit>(limit); }
std::unique_ptr<Stage> make_dedup(const Command& command, Shared& shared) {
  return std::make_unique<Dedup>(command, shared);
}
std::unique_ptr<Stage> make_sort(const Command& command, Shared& shared, std::int64_t most) {
  return std::make_unique<Sort>(command, shared, most);
}
std::unique_ptr<Stage> make_counter(std::int64_t& count) { return std::make_unique<Counter>(count); }
std::unique_ptr<Stage> make_lines(std::vector<std::string> columns, Shared& shared, std::vector<Line>& lines) {
  return std::make_unique<Lines>(std::move(columns), shared, lines);
}

}  // namespace orrery::logs::insights
