#include "services/lambda/event_sources/engine.h"

#include "base/log.h"
#include "services/lambda/invocation/run.h"
#include "services/record.h"
#include "store/key.h"

#include <algorithm>
#include <set>

namespace orrery::lambda {
namespace {

// How long the engine leaves a source alone that it cannot read.
constexpr Millis kTroubledPause = std::chrono::minutes(5);
constexpr int kMostRounds = 1000;

}  // namespace

bool EventSources::Poller::busy() const {
  return queue.flying > 0 || std::ranges::any_of(lanes, [](const auto& one) { return one.second.busy; });
}

void EventSources::start() {
  const auto reader = lambda_.store.snapshot();
  const auto cursor = reader->scan(prefix_range(all_mappings_prefix()));
  while (cursor->next()) call(std::string(cursor->key()));
}

void EventSources::step(const std::string& key) {
  auto mapping = get_mapping(*lambda_.store.snapshot(), key);
  if (!mapping) return trouble(key, mapping.error());
  if (!*mapping) {
    pollers_.erase(key);
    return;
  }
  Poller& poller = pollers_[key];
  const auto reads = settle_state(key, **mapping, poller);
  if (!reads) return trouble(key, reads.error());
  if (!*reads) return;
  listen(key, **mapping, poller);
  if (source_kind((*mapping)->source()) == SourceKind::Queue) {
    const auto stepped = step_queue(key, **mapping, poller);
    return stepped ? void() : trouble(key, stepped.error());
  }
  for (int round = 0; round < kMostRounds; ++round) {
    const auto lanes = lanes_to_read(**mapping);
    if (!lanes) return trouble(key, lanes.error());
    bool again = false;
    for (const LaneName& name : *lanes) {
      LaneWork& work = poller.lanes[name];
      if (work.busy) continue;
      const auto done = run_lane(key, **mapping, name, work);
      if (!done) return trouble(key, done.error());
      again = again || *done;
    }
    if (!again) return;
  }
  call(key);  // others have their turn in between
}

Result<bool> EventSources::settle_state(const std::string& key, Mapping& mapping, Poller& poller) {
  const std::string state = mapping.state();
  if (state == MappingState::Deleting) {
    poller.listening.reset();
    if (poller.busy()) return false;
    TRY(erase(key, mapping));
    pollers_.erase(key);
    return false;
  }
  const std::string_view wanted = mapping.enabled ? MappingState::Enabled : MappingState::Disabled;
  if (!mapping.enabled) {
    poller.listening.reset();
    if (poller.busy()) return false;  // what is under way is finished first
  }
  if (state != wanted) {
    TRY(lambda_.store.transact([&](Transaction& tx) -> Result<> {
      auto now = TRY(get_mapping(tx, key));
      if (!now || now->enabled != mapping.enabled || now->state() == MappingState::Deleting) return {};
      now->configuration.State = std::string(wanted);
      return put_mapping(tx, *now);
    }));
  }
  return mapping.enabled;
}

Result<> EventSources::erase(const std::string& key, const Mapping& mapping) {
  return lambda_.store.transact([&](Transaction& tx) -> Result<> {
    TRY(tx.erase_range(prefix_range(lanes_prefix(mapping))));
    return tx.erase(key);
  });
}

void EventSources::listen(const std::string& key, const Mapping& mapping, Poller& poller) {
  if (poller.listening && poller.listening_to == mapping.source()) return;
  poller.listening_to = mapping.source();
  poller.listening = wakes_.listen(poller.listening_to, [this, key] { call(key); });
}

Result<std::string> EventSources::role_of(Reader& reader, const Mapping& mapping) {
  return TRY(resolve(reader, mapping.function)).record.configuration.Role.value_or("");
}

// The lanes of all shards that are not read to their end and whose parents are.
Result<std::vector<EventSources::LaneName>> EventSources::lanes_to_read(const Mapping& mapping) {
  return lambda_.store.transact([&](Transaction& tx) -> Result<std::vector<LaneName>> {
    const std::string role = TRY(role_of(tx, mapping));
    const Caller caller = as_role(lambda_, mapping.function, role);
    const std::string arn = mapping.source();
    const auto source = open_stream(source_kind(arn), lambda_.dispatcher, tx, caller, arn);
    std::set<std::string> open;
    std::vector<LaneName> out;
    for (const ShardInfo& shard : TRY(source->shards())) {
      const std::vector<Lane> lanes = TRY(lanes_of(tx, mapping, shard.id));
      const bool parent_open = open.contains(shard.parent) || open.contains(shard.adjacent);
      bool ended = !lanes.empty();  // none: their number is about to change
      for (std::size_t i = 0; i < lanes.size(); ++i) {
        if (lanes[i].position.kind == Position::Kind::End) continue;
        ended = false;
        if (!parent_open) out.emplace_back(shard.id, static_cast<std::int64_t>(i));
      }
      if (!ended) open.insert(shard.id);
    }
    return out;
  });
}

// As many as the mapping has now. When their number was another one, they begin where the least of them stood.
Result<std::vector<Lane>> EventSources::lanes_of(Transaction& tx, const Mapping& mapping, const std::string& shard) {
  const auto wanted = static_cast<std::size_t>(mapping.lanes());
  std::vector<Lane> stored;
  const auto cursor = tx.scan(prefix_range(lanes_prefix(mapping, shard)));
  while (cursor->next()) stored.push_back(TRY(decode_lane(cursor->value())));
  TRY(cursor->status());
  const auto fits = [&](const Lane& lane) { return lane.of == mapping.lanes(); };
  if (stored.size() == wanted && std::ranges::all_of(stored, fits)) return stored;
  const auto poller = pollers_.find(mapping_key(mapping.account, mapping.region, mapping.uuid));
  if (!stored.empty() && poller != pollers_.end() && poller->second.busy()) return std::vector<Lane>();
  Lane lane;
  lane.position = earliest(stored);
  lane.of = mapping.lanes();
  TRY(tx.erase_range(prefix_range(lanes_prefix(mapping, shard))));
  for (std::size_t i = 0; i < wanted; ++i) {
    TRY(tx.put(lane_key(mapping, shard, static_cast<std::int64_t>(i)), encode_lane(lane)));
  }
  return std::vector<Lane>(wanted, lane);
}

Result<> EventSources::wake_at(Transaction& tx, const std::string& key, const LaneName& name, Instant due) {
  KeyReader reader(key);
  reader.text();
  reader.text();
  const std::string id = reader.text() + "/" + name.first + "/" + std::to_string(name.second);
  return lambda_.background.arm(tx, {std::string(kSourceTimer), id, due, key});
}

Result<> EventSources::save_lane(const Mapping& mapping, const LaneName& name, const Lane& lane) {
  return lambda_.store.transact([&](Transaction& tx) -> Result<> {
    return tx.put(lane_key(mapping, name.first, name.second), encode_lane(lane));
  });
}

// The source cannot be read: that is said in the mapping. Tried again when something calls, or after a while.
void EventSources::trouble(const std::string& key, const Error& error) {
  log::warning("an event source cannot be read", {{"reason", error.code + ": " + error.message}});
  const auto said = lambda_.store.transact([&](Transaction& tx) -> Result<> {
    auto mapping = TRY(get_mapping(tx, key));
    if (!mapping) return {};
    mapping->configuration.LastProcessingResult =
        "PROBLEM: " + (error.kind == Error::Kind::Api ? error.message : std::string("internal Lambda error."));
    TRY(put_mapping(tx, *mapping));
    if (error.code == "ResourceNotFoundException") return {};  // function or source are gone: waiting does not help
    return wake_at(tx, key, {"", 0}, lambda_.clock.now() + kTroubledPause);
  });
  if (!said) log::error("an event source rests until something comes", {{"reason", said.error().message}});
}

}  // namespace orrery::lambda
