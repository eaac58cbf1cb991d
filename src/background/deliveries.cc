// The asynchronous half of the outbox: deliveries that are under way while the worker does other things.
#include "background/outbox.h"
#include "background/rows.h"
#include "base/log.h"

#include <algorithm>

namespace orrery::background {
namespace {

// Behind `done`: tells the agenda once, at the latest when the handler lets go of it. Harmless when everything else is
// gone by then.
class Receipt {
 public:
  Receipt(std::weak_ptr<Agenda> agenda, std::uint64_t delivery) : agenda_(std::move(agenda)), delivery_(delivery) {}
  Receipt(const Receipt&) = delete;
  Receipt& operator=(const Receipt&) = delete;
  ~Receipt() { tell(std::nullopt); }

  void tell(std::optional<Delivered> delivered) {
    if (told_.exchange(true)) return;
    if (const std::shared_ptr<Agenda> agenda = agenda_.lock()) agenda->complete(delivery_, std::move(delivered));
  }

 private:
  std::weak_ptr<Agenda> agenda_;
  std::uint64_t delivery_;
  std::atomic<bool> told_ = false;
};

}  // namespace

// What a group may have under way changes: it is asked for anew every now and then, not for each message.
bool Outbox::has_room(Lane& lane) {
  constexpr std::int64_t kFreshUs = 50'000;
  if (lane.family.empty()) return !lane.full();
  const std::int64_t now_us = clock_.monotonic_us();
  if (lane.asked_us == 0 || now_us - lane.asked_us >= (lane.full() ? Lane::kAskAgainUs : kFreshUs)) {
    const int most = std::max(1, group_concurrency_.at(lane.family)(lane.group()));
    const std::lock_guard lock(agenda_->mutex);
    lane.concurrency = most;
    lane.asked_us = now_us;
  }
  return !lane.full();
}

bool Outbox::start_lane(Lane& lane) {
  const std::size_t room = std::min(kBatch, static_cast<std::size_t>(lane.concurrency) - lane.in_flight.size());
  const auto accept = [&](const Row& row) {
    if (!readable(row)) return false;
    const auto under_way = lane.in_flight.find(read_message(row.key, row.value)->message.id);
    if (under_way == lane.in_flight.end()) return true;
    // Posted anew while the former one is under way: its turn comes after that.
    const std::lock_guard lock(agenda_->mutex);
    agenda_->deliveries.at(under_way->second).passed = row.key;
    return false;
  };
  const std::vector<Row> rows = take_due(store_, clock_, *agenda_, lane.queue, clock_.now(), room, accept);
  for (const Row& row : rows) {
    const std::string id = read_message(row.key, row.value)->message.id;
    if (!agenda_->begin(lane.queue, row.key, "start of message " + lane.kind + " " + id, clock_)) break;
    start_delivery(lane, row);
  }
  return true;
}

void Outbox::start_delivery(Lane& lane, const Row& row) {
  const StoredMessage stored = *read_message(row.key, row.value);
  const std::uint64_t number = next_delivery_++;
  {
    const std::lock_guard lock(agenda_->mutex);
    agenda_->deliveries[number] = {
        &lane, row.key, stored.stamp, stored.message.id, stored.message.attempts, clock_.now(), clock_.monotonic_us(),
        {}};
    lane.in_flight[stored.message.id] = number;
  }
  auto receipt = std::make_shared<Receipt>(agenda_, number);
  async_.at(lane.shown())(stored.message, [receipt](Delivered delivered) { receipt->tell(std::move(delivered)); });
}

Result<> Outbox::end_delivery(Transaction& tx, const Delivery& delivery, const Delivered& delivered) {
  const std::optional<std::string> value = TRY(tx.get(delivery.key));
  const std::optional<StoredMessage> stored = value ? read_message(delivery.key, *value) : std::nullopt;
  if (!stored || stored->stamp != delivery.stamp) return {};  // replaced meanwhile: the new one stands
  TRY(erase_message(tx, delivery.key, stored->message));
  if (delivered.retry_at) TRY(put_off(tx, stored->message, delivered));
  return {};
}

bool Outbox::end_deliveries() {
  struct Ended {
    std::uint64_t number;
    Delivery delivery;
    Delivered delivered;
  };
  std::vector<Completion> inbox;
  std::vector<Ended> ended;
  {
    const std::lock_guard lock(agenda_->mutex);
    if (agenda_->inbox.empty() || agenda_->inbox_paused_until_us > clock_.monotonic_us()) return false;
    inbox.swap(agenda_->inbox);
    for (const Completion& completion : inbox) {
      const Delivery& delivery = agenda_->deliveries.at(completion.delivery);
      Delivered delivered{clock_.now() + back_off(delivery.attempts + 1), {}, false, "the handler gave it up"};
      ended.push_back({completion.delivery, delivery, completion.delivered.value_or(std::move(delivered))});
    }
    agenda_->doing = "end of deliveries";
    agenda_->doing_since_us = clock_.monotonic_us();
  }
  const Result<> done = store_.transact([&](Transaction& tx) -> Result<> {
    for (const Ended& end : ended) TRY(end_delivery(tx, end.delivery, end.delivered));
    return {};
  });
  if (!done) {
    log::error("deliveries cannot be ended, trying again in a second", {{"error", done.error().message}});
    const std::lock_guard lock(agenda_->mutex);
    agenda_->inbox.insert(agenda_->inbox.begin(), inbox.begin(), inbox.end());
    agenda_->inbox_paused_until_us = clock_.monotonic_us() + 1'000'000;
    return true;
  }
  for (Ended& end : ended) {
    const Delivery& was = end.delivery;
    records_.add(Records::Phase::Message, {was.at, was.lane->shown(), was.id, end.delivered.ok,
                                           std::move(end.delivered.summary), clock_.monotonic_us() - was.began_us});
    const std::lock_guard lock(agenda_->mutex);
    const auto found = agenda_->deliveries.find(end.number);
    // The one under way now: a scan may have passed over its successor since the copy was taken.
    if (found->second.passed) found->second.lane->queue.lower(*found->second.passed);
    found->second.lane->in_flight.erase(was.id);
    agenda_->deliveries.erase(found);
  }
  return true;
}

}  // namespace orrery::background
