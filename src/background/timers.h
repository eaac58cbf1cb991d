// Fires timers: a transaction removes the row and runs its handler. Those of one instant share transactions, with the
// messages that they post and that are due.
#pragma once

#include "background/agenda.h"
#include "background/chunk.h"
#include "background/outbox.h"
#include "background/records.h"
#include "background/take_due.h"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace orrery::background {

class Timers {
 public:
  Timers(Store& store, const Clock& clock, std::shared_ptr<Agenda> agenda, Outbox& outbox, Records& records)
      : store_(store), clock_(clock), agenda_(std::move(agenda)), outbox_(outbox), records_(records) {}

  void on(std::string kind, Background::TimerHandler handler) { handlers_[std::move(kind)] = std::move(handler); }
  Result<> arm(Transaction& tx, const Timer& timer);
  Result<> disarm(Transaction& tx, std::string_view kind, std::string_view id);
  std::vector<Timer> upcoming(std::size_t limit);

  // The worker's share: fires a batch of those that are due. False when there was none.
  bool fire_due();

 private:
  // One that was fired, or whose handler failed.
  struct Fired {
    std::string key;
    Timer timer;
    Ran ran;
    std::optional<Error> error;
  };

  struct Firing {
    std::vector<Fired> timers;
    std::vector<Outbox::Settled> messages;  // that they posted
  };

  bool accept(const std::string& key, const std::string& value);
  std::size_t fire(std::span<const Row> rows);
  Result<std::size_t> fire(Transaction& tx, std::span<const Row> rows, Firing& firing);
  Result<std::optional<Fired>> fire_one(Transaction& tx, const Row& row);
  void report(Fired fired);
  void put_off(const std::string& key, const Timer& timer, const Error& error);

  Store& store_;
  const Clock& clock_;
  const std::shared_ptr<Agenda> agenda_;
  Outbox& outbox_;
  Records& records_;
  std::map<std::string, Background::TimerHandler> handlers_;  // complete before start()
  std::set<std::string> unknown_kinds_;                       // told already; the worker's
  Chunk chunk_;
  const Timer* firing_ = nullptr;  // its handler runs, in the chunk's transaction, and has not armed it anew
};

}  // namespace orrery::background
