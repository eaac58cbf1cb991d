// Orrery's own API, /_orrery/…: health and the clock. Everything but health is signed by the root credential (SigV4,
// service "orrery"), so that a function in a sandbox cannot wind the clock.
//
//   GET  /_orrery/health          {"status": "ok", "version": …}
//   GET  /_orrery/clock           {"mode": "frozen", "now": "2026-03-01T00:00:00.000Z"}
//   PUT  /_orrery/clock           {"mode": "frozen"|"running"|"offset", "now": ISO 8601 (offset, frozen; default: now),
//                                 "skip": true}
//   POST /_orrery/clock/advance   {"duration": "24h"} -> {"now": …, "ran": [{"at", "kind", "id", "ok", "summary",
//                                 "duration_us"}]}
//   GET  /_orrery/functions       {"protections": […]}: what keeps functions in their place on this machine
//
// and what server/access_reports.h and server/schedule_reports.h answer.
#pragma once

#include "background/background.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/worker.h"
#include "gateway/pipeline.h"
#include "server/access_reports.h"
#include "server/clock_keeper.h"
#include "server/schedule_reports.h"

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace orrery::server {

class Admin {
 public:
  Admin(gateway::Pipeline& pipeline, Background& background, Clock& clock, ClockKeeper& keeper, Store& store);

  static bool owns(const http::Request& request);
  http::awaitable<http::Response> handle(http::Request& request);

  // Answers GET /_orrery/functions.
  std::function<json::value()> describe_functions;
  // Answers what is asked of the access log. Set before requests come.
  std::optional<AccessReports> access;
  // Answers GET /_orrery/schedules. Set likewise.
  std::optional<ScheduleReports> schedules;

 private:
  http::awaitable<Result<json::value>> answer(http::Request& request);
  http::awaitable<Result<json::value>> set_clock(const json::value& wish);
  http::awaitable<Result<>> rearm(Instant now);
  http::awaitable<Result<json::value>> advance(const json::value& wish);
  http::awaitable<Result<>> keep_clock();
  json::value show_clock() const;

  gateway::Pipeline& pipeline_;
  Background& background_;
  Clock& clock_;
  ClockKeeper& keeper_;
  Store& store_;
  Worker winder_;  // advance() blocks until everything has settled
};

}  // namespace orrery::server
