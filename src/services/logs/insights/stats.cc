// `stats`: rows become groups.
#include "services/logs/insights/aggregates.h"
#include "services/logs/insights/evaluate.h"
#include "services/logs/insights/pipeline.h"

#include <algorithm>
#include <unordered_map>

namespace orrery::logs::insights {
namespace {

class Stats final : public Stage {
 public:
  Stats(const Command& command, Shared& shared) : command_(command), shared_(shared) {}

  void push(Row row) override {
    if (shared_.exhausted) return;
    const Context context{row, shared_.started};
    std::vector<Value> keys;
    std::string id;
    for (const Named& key : command_.by) {
      keys.push_back(evaluate(key.expression, context));
      const std::string text = shown(keys.back());
      id.append(is_null(keys.back()) ? "-" : std::to_string(text.size())).append(":").append(text);
    }
    Group& group = group_of(id, keys);
    const Value time = row.field("@timestamp");
    const auto* at = std::get_if<Instant>(&time);
    for (std::size_t i = 0; i < command_.aggregates.size(); ++i) {
      std::vector<Value> values;
      for (const Expression& part : command_.aggregates[i].parts) values.push_back(evaluate(part, context));
      Accumulator& accumulator = *group.accumulators[i];
      const std::size_t before = accumulator.memory();
      accumulator.add(values.empty() ? nullptr : values.data(), at == nullptr ? Instant() : *at);
      const std::size_t after = accumulator.memory();
      after > before ? shared_.use(after - before) : shared_.release(before - after);
    }
  }

  void finish() override {
    std::vector<Group*> ordered;
    for (auto& [id, group] : groups_) ordered.push_back(&group);
    std::ranges::sort(ordered, before);
    for (const Group* group : ordered) {
      std::vector<Value> results;
      for (const auto& accumulator : group->accumulators) results.push_back(accumulator->result());
      Row row;
      for (std::size_t i = 0; i < command_.by.size(); ++i) row.set(command_.by[i].name, group->keys[i]);
      const Row none;
      for (const Named& item : command_.items) {
        row.set(item.name, evaluate(item.expression, {none, shared_.started}, &results));
      }
      next->push(std::move(row));
    }
    groups_.clear();
    next->finish();
  }

 private:
  struct Group {
    std::vector<Value> keys;
    std::vector<std::unique_ptr<Accumulator>> accumulators;
  };

  // Without a `sort`: the latest time first, everything else ascending.
  static bool before(const Group* a, const Group* b) {
    for (std::size_t i = 0; i < a->keys.size(); ++i) {
      const bool times = std::holds_alternative<Instant>(a->keys[i]) && std::holds_alternative<Instant>(b->keys[i]);
      const int order = times ? sort_order(b->keys[i], a->keys[i]) : sort_order(a->keys[i], b->keys[i]);
      if (order != 0) return order < 0;
    }
    return false;
  }

  Group& group_of(const std::string& id, const std::vector<Value>& keys) {
    if (keys.empty() && !groups_.empty()) return groups_.begin()->second;
    const auto [found, fresh] = groups_.try_emplace(id);
    Group& group = found->second;
    if (fresh) {
      std::size_t bytes = id.size() + sizeof(Group) + 64;
      for (const Value& key : keys) {
        group.keys.push_back(owned(key));
        bytes += memory_of(group.keys.back());
      }
      for (const Expression& aggregate : command_.aggregates) {
        group.accumulators.push_back(aggregate.aggregation->make());
        bytes += 96;
      }
      shared_.use(bytes);
    }
    return group;
  }

  const Command& command_;
  Shared& shared_;
  std::unordered_map<std::string, Group> groups_;
};

}  // namespace

std::unique_ptr<Stage> make_stats(const Command& command, Shared& shared) {
  return std::make_unique<Stats>(command, shared);
}

}  // namespace orrery::logs::insights
