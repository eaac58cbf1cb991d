#include "server/clock_keeper.h"

#include "base/log.h"
#include "services/record.h"
#include "store/key.h"

namespace orrery::server {
namespace {

std::string clock_key() { return KeyWriter(KeyKind::Meta).text("clock").take(); }

Result<std::optional<Clock::State>> load(Reader& reader) {
  const auto record = TRY(get_record(reader, clock_key()));
  if (!record) return std::optional<Clock::State>();
  Clock::State state;
  const auto mode = find_string(*record, "mode").value_or("running");
  if (mode == "frozen") state.mode = Clock::Mode::Frozen;
  if (mode == "offset") state.mode = Clock::Mode::Offset;
  state.offset = Millis(find_int(*record, "offset_ms").value_or(0));
  state.frozen_at = instant_from_ms(find_int(*record, "frozen_at_ms").value_or(0));
  return std::optional(state);
}

}  // namespace

std::string_view mode_name(Clock::Mode mode) {
  switch (mode) {
    case Clock::Mode::Running:
      return "running";
    case Clock::Mode::Offset:
      return "offset";
    case Clock::Mode::Frozen:
      return "frozen";
  }
  __builtin_unreachable();
}

Instant shown(const Clock::State& state, Instant machine_now) {
  if (state.mode == Clock::Mode::Frozen) return state.frozen_at;
  return machine_now + (state.mode == Clock::Mode::Offset ? state.offset : Millis(0));
}

std::shared_ptr<ClockKeeper> ClockKeeper::follow(Clock& clock, Store& store) {
  auto keeper = std::make_shared<ClockKeeper>(clock, store);
  clock.on_change([weak = std::weak_ptr(keeper)] {
    const auto still = weak.lock();
    if (!still) return;
    if (const auto kept = still->keep(); !kept) {
      log::error("the clock's state cannot be written", {{"reason", kept.error().message}});
    }
  });
  return keeper;
}

Result<bool> ClockKeeper::restore(std::optional<Clock::State> wish) {
  const std::optional<Clock::State> kept = TRY(load(*store_.snapshot()));
  const Instant machine_now = clock_.machine_now();
  if (!wish) {
    if (kept) clock_.set(*kept);
    return false;
  }
  const bool unset = wish->mode == Clock::Mode::Frozen && wish->frozen_at == Instant{};
  if (unset) wish->frozen_at = machine_now;
  clock_.set(*wish);
  TRY(store_.wait_durable(TRY(keep())));
  return shown(*wish, machine_now) < shown(kept.value_or(Clock::State()), machine_now);
}

Clock::State ClockKeeper::state_to_keep() const {
  const Clock::State state = clock_.state();
  if (!runs_on_ || state.mode != Clock::Mode::Frozen) return state;
  return {Clock::Mode::Offset, state.frozen_at - clock_.machine_now(), {}};
}

Result<Sequence> ClockKeeper::keep() {
  const std::lock_guard lock(mutex_);
  const Clock::State state = state_to_keep();
  Sequence committed = 0;
  TRY(store_.transact(
      [&](Transaction& tx) {
        return put_record(tx, clock_key(),
                          json::object{{"mode", mode_name(state.mode)},
                                       {"offset_ms", state.offset.count()},
                                       {"frozen_at_ms", epoch_ms(state.frozen_at)}});
      },
      &committed));
  return committed;
}

}  // namespace orrery::server
