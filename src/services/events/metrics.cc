#include "services/events/metrics.h"

#include "services/metric_sink.h"

namespace orrery::events {
namespace {

constexpr std::string_view kCount = "Count";

// One moment of one bus.
class Moment {
 public:
  Moment(MetricSink& sink, Instant at, const BusName& bus)
      : sink_(sink), bus_(bus), metric_{bus.account, bus.region, "AWS/Events", {}, kCount} {
    metric_.at = at;
  }

  void of_all(std::string_view name) { put(name, {}, 1, kCount); }
  // "Metrics that specify only the RuleName dimension refer to the default event bus. Metrics that specify both the
  // EventBusName and RuleName dimensions refer to a custom event bus."
  void of_rule(std::string_view name, std::string_view rule, double value = 1, std::string_view unit = kCount) {
    MetricDimensions dimensions;
    if (!bus_.is_default()) dimensions.emplace_back("EventBusName", bus_.name);
    dimensions.emplace_back("RuleName", rule);
    put(name, dimensions, value, unit);
  }
  void of_both(std::string_view name, std::string_view rule, double value = 1, std::string_view unit = kCount) {
    put(name, {}, value, unit);
    of_rule(name, rule, value, unit);
  }
  void of_bus(std::string_view name) {
    if (!bus_.is_default()) put(name, {{"EventBusName", bus_.name}}, 1, kCount);
  }

 private:
  void put(std::string_view name, const MetricDimensions& dimensions, double value, std::string_view unit) {
    metric_.name = name;
    metric_.unit = unit;
    metric_.dimensions = dimensions;
    sink_.publish(metric_, value);
  }

  MetricSink& sink_;
  const BusName& bus_;
  PublishedMetric metric_;
};

void count_rule(Moment& moment, std::string_view rule) {
  moment.of_rule("MatchedEvents", rule);
  moment.of_both("TriggeredRules", rule);
}

}  // namespace

void count_matched(Transaction& tx, const Events& events, Matched matched) {
  if (events.metrics == nullptr || matched.empty()) return;
  tx.on_commit([&events, matched = std::move(matched)] {
    const Instant now = events.clock.now();
    for (const auto& [bus, places] : matched) {
      Moment moment(*events.metrics, now, bus->routes[places.front()].rule.bus);
      moment.of_all("MatchedEvents");
      moment.of_bus("MatchedEvents");
      for (const std::size_t place : places) count_rule(moment, bus->routes[place].rule.name);
    }
  });
}

void count_tick(Transaction& tx, const Events& events, const RuleRecord& rule) {
  if (events.metrics == nullptr) return;
  tx.on_commit([&events, bus = rule.bus, name = rule.name] {
    Moment moment(*events.metrics, events.clock.now(), bus);
    moment.of_all("MatchedEvents");
    count_rule(moment, name);
  });
}

void count_attempt(const Events& events, const Parcel& parcel, std::int64_t before, Attempted how) {
  if (events.metrics == nullptr) return;
  const Instant now = events.clock.now();
  const std::string_view rule = parcel.rule.name;
  Moment moment(*events.metrics, now, parcel.bus);
  if (how != Attempted::Expired) {
    moment.of_both("InvocationAttempts", rule);
    if (before > 0) moment.of_both("RetryInvocationAttempts", rule);
    if (before == 0) {
      const auto waited_ms = static_cast<double>(epoch_ms(now) - epoch_ms(parcel.rule.ingested));
      moment.of_both("IngestionToInvocationStartLatency", rule, waited_ms, "Milliseconds");
    }
  }
  if (how == Attempted::Taken) moment.of_both("SuccessfulInvocationAttempts", rule);
  if (how == Attempted::PutOff) return;
  moment.of_both("Invocations", rule);
  if (how != Attempted::Taken) moment.of_rule("FailedInvocations", rule);
}

void count_attempt_with(Transaction& tx, const Events& events, const Parcel& parcel, std::int64_t before,
                        Attempted how) {
  if (events.metrics == nullptr) return;
  Parcel facts;
  facts.rule = parcel.rule;
  facts.bus = parcel.bus;
  tx.on_commit([&events, facts = std::move(facts), before, how] { count_attempt(events, facts, before, how); });
}

void count_letter_with(Transaction& tx, const Events& events, const Parcel& parcel, Buried buried) {
  if (events.metrics == nullptr) return;
  tx.on_commit([&events, rule = parcel.rule.name, bus = parcel.bus, buried] {
    Moment moment(*events.metrics, events.clock.now(), bus);
    moment.of_rule(buried == Buried::Yes ? "InvocationsSentToDlq" : "InvocationsFailedToBeSentToDlq", rule);
  });
}

}  // namespace orrery::events
