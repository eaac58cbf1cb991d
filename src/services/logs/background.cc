// What the service does beside requests.
#include "base/log.h"
#include "services/logs/cleanup.h"
#include "services/logs/exports/exports.h"
#include "services/logs/queries/records.h"
#include "services/logs/subscriptions/subscriptions.h"

#include <algorithm>

namespace orrery::logs {
namespace {

// Runs the deliveries of `kind` on `worker`: an error is logged, and the delivery tried again after a while.
void register_job(Logs& logs, std::string_view kind, Worker& worker, Result<> (*run)(Logs&, const Message&)) {
  constexpr int kQueued = 64;  // deliveries that wait for the worker
  logs.background.on_message(std::string(kind), kQueued,
                             [&logs, &worker, run](const Message& message, const std::function<void(Delivered)>& done) {
                               worker.post([&logs, run, message, done] {
                                 const Result<> outcome = run(logs, message);
                                 Delivered delivered;
                                 delivered.ok = outcome.ok();
                                 delivered.summary = message.kind + " " + message.id;
                                 if (!outcome) {
                                   delivered.retry_at =
                                       logs.clock.now() + std::chrono::seconds(1 << std::min(message.attempts, 6));
                                   if (!logs.stopping) {
                                     log::error("a job of CloudWatch Logs failed, it will be tried again",
                                                {{"job", delivered.summary}, {"error", outcome.error().message}});
                                   }
                                 }
                                 done(std::move(delivered));
                               });
                             });
}

}  // namespace

void register_background(Logs& logs) {
  logs.background.on_timer(std::string(kRetentionTimer),
                           [&logs](Transaction& tx, const Timer& timer) { return retention_step(logs, tx, timer); });
  logs.background.on_timer(std::string(kQueryExpiry), &expire_query);
  logs.background.on_message(std::string(kErase), &erase_step);
  logs.background.on_message(std::string(kDeliverMessage), [&logs](Transaction& tx, const Message& message) {
    return deliver_events(logs, tx, message);
  });
  register_job(logs, kQueryMessage, logs.queries, &run_query);
  register_job(logs, kExportMessage, logs.exports, &run_export);
}

}  // namespace orrery::logs
