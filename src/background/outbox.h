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

  // The worker's share, each false when there was nothing to do.
  // Ends deliveries whose handlers have called `done`.
  bool end_deliveries();
  // Delivers what is due, a batch of each kind.
  bool deliver_due();
  // Makes lanes for the groups that the store has messages of, and logs the kinds that nobody handles.
  void find_kinds();

 private:
  Result<> file(Transaction& tx, const Message& message);
  Result<> put_off(Transaction& tx, Message message, const Delivered& delivered);
  void report_unknown(const std::string& kind);

  static bool readable(const Row& row);
  // The end of a transactional delivery.
  struct Settled {
    StoredMessage stored;
    Delivered delivered;
    Ran ran;
    std::optional<Error> error;  // the handler's: put off
  };
  bool run_lane(Lane& lane);
  std::size_t deliver(Lane& lane, std::span<const Row> rows);
  Result<std::optional<Settled>> deliver_one(Transaction& tx, const Lane& lane, const Row& row);
  void put_off_failed(Lane& lane, const Row& row, const Error& error);
  void report(const Lane& lane, Settled settled);

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
  std::mutex unknown_mutex_;
  std::set<std::string> unknown_kinds_;  // told already
};

}  // namespace orrery::background
