#include "services/events/putting/routes.h"

#include "base/log.h"
#include "services/events/events.h"

namespace orrery::events {
namespace {

constexpr std::size_t kMostBuses = 1000;  // kept compiled

Result<std::shared_ptr<const BusRoutes>> compile(Reader& reader, const BusName& bus) {
  auto out = std::make_shared<BusRoutes>();
  const auto record = TRY(reader.get(bus_key(bus)));
  out->exists = bus.is_default() || record.has_value();
  std::vector<pattern::Pattern> patterns;
  const auto cursor = reader.scan(prefix_range(rules_prefix(bus)));
  while (cursor->next()) {
    RuleRecord rule = TRY(decode_rule(cursor->value()));
    if (rule.pattern.empty() || !rule.enabled()) continue;
    auto compiled = pattern::parse_pattern(rule.pattern);
    if (!compiled) {  // from before a rule of patterns became stricter: the others go on
      log::warning("a rule's pattern is not valid", {{"rule", rule.arn}, {"reason", compiled.error().message}});
      continue;
    }
    auto mailings = mailings_of(rule, TRY(targets_of(reader, rule)));
    patterns.push_back(*std::move(compiled));
    out->routes.push_back({std::move(rule), std::move(mailings)});
  }
  TRY(cursor->status());
  out->index = pattern::Index(std::move(patterns));
  return std::shared_ptr<const BusRoutes>(std::move(out));
}

}  // namespace

std::shared_ptr<Routes> make_routes() { return std::make_shared<Routes>(); }

// The mark is read before the rules: what is compiled is as new as the mark, or newer. A mark that a transaction in
// between writes is another one, and nobody finds this under it.
Result<std::shared_ptr<const BusRoutes>> Routes::of(Transaction& tx, const BusName& bus) {
  const std::string mark = TRY(tx.get_unvalidated(rules_mark_key(bus))).value_or("");
  const std::string name = bus.arn();
  {
    const std::lock_guard lock(mutex_);
    const auto known = by_bus_.find(name);
    if (known != by_bus_.end() && known->second.mark == mark) return known->second.routes;
  }
  auto routes = TRY(compile(tx, bus));
  const std::lock_guard lock(mutex_);
  if (by_bus_.size() >= kMostBuses) by_bus_.clear();
  by_bus_[name] = {mark, routes};
  return routes;
}

}  // namespace orrery::events
