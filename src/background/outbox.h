// Delivers messages. Transactional ones: effect and removal in one transaction, which those of one instant share.
// Asynchronous ones: the handler starts
// the effect, and once it has called `done` the row is removed or put off; after a crash in between it is delivered
// again under the same id.
#pragma once

#include "background/agenda.h"
#include "background/chunk.h"
#include "background/records.h"
#include "background/rows.h"
#include "background/take_due.h"

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace orrery::background {

class Outbox {
 public:
  Outbox(Store& store, const Clock& clock, std::shared_ptr<Agenda> agenda, Records& records);

  void on(const std::string& kind, Background::TransactionalHandler handler);
  void on(const std::string& kind, int concurrency, Background::AsyncHandler handler);
  void on_family(const std::string& family, Background::GroupConcurrency concurrency, Background::AsyncHandler handler);
  Result<> post(Transaction& tx, Message message);
  Result<> alone(const Transaction& tx) const;

  // The end of a transactional delivery.
  struct Settled {
    StoredMessage stored;
    Delivered delivered;
    Ran ran;
    std::optional<Error> error;  // the handler's: put off
  };
  // For the worker's own transaction `tx`, for its lifetime: transactional messages that are posted in it and due need
  // no row, unless others wait before them. They are delivered in `tx` itself, at the end.
  class AtOnce {
   public:
    AtOnce(Outbox& outbox, const Transaction& tx);
    AtOnce(const AtOnce&) = delete;
    AtOnce& operator=(const AtOnce&) = delete;
    ~AtOnce();

    std::size_t posted() const;
    // Forgets those after the first `count`: what posted them was undone.
    void forget(std::size_t count);
    // Delivers them, in the order in which they would be found in the store. A conflict is the transaction's.
    Result<std::vector<Settled>> deliver(Transaction& tx);

   private:
    std::vector<Message> without_row();

    Outbox& outbox_;
  };
  void report(Settled settled);

  // The worker's share, each false when there was nothing to do.
  // Ends deliveries whose handlers have called `done`.
  bool end_deliveries();
  // Delivers what is due, a batch of each kind.
  bool deliver_due();
  // Makes lanes for the groups that the store has messages of, and logs the kinds that nobody handles.
  void find_kinds();

 private:
  Result<> file(Transaction& tx, const Message& message);
  // Messages of its kind that have rows. Before it: it has to wait as well.
  enum class Others : std::uint8_t { None, Before, After };
  Others others_of(const Message& message);
  Result<> put_off(Transaction& tx, Message message, const Delivered& delivered);
  void report_unknown(const std::string& kind);

  static bool readable(const Row& row);
  bool run_lane(Lane& lane);
  std::size_t deliver(Lane& lane, std::span<const Row> rows);
  Result<std::optional<Settled>> deliver_one(Transaction& tx, const Row& row);
  Result<std::optional<Settled>> handle(Transaction& tx, StoredMessage stored);
  void put_off_failed(Lane& lane, const Row& row, const Error& error);

  bool has_room(Lane& lane);
  bool start_lane(Lane& lane);
  void start_delivery(Lane& lane, const Row& row);
  Result<> end_delivery(Transaction& tx, const Delivery& delivery, const Delivered& delivered);

  Store& store_;
  const Clock& clock_;
  const std::shared_ptr<Agenda> agenda_;
  Records& records_;
  std::map<std::string, Background::TransactionalHandler> transactional_;  // complete before start(), as the next
  std::map<std::string, Background::AsyncHandler> async_;                  // by kind or family
  std::map<std::string, Background::GroupConcurrency> group_concurrency_;  // by family; complete likewise
  std::atomic<std::uint64_t> next_stamp_;
  std::uint64_t next_delivery_ = 1;
  Chunk chunk_;
  std::string chunk_kind_;
  std::atomic<const Transaction*> at_once_ = nullptr;  // the worker's transaction, if messages of it need no row
  Instant at_once_now_;
  struct Posted {
    Message message;
    bool filed = false;  // it has its row
  };
  std::vector<Posted> posted_;  // in it, in order
  std::mutex unknown_mutex_;
  std::set<std::string> unknown_kinds_;  // told already
};

}  // namespace orrery::background
