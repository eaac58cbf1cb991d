// Orrery's own API over the access log and the table of operations:
//
//   GET  /_orrery/requests/ID       one request and how policies judged it, step by step
//   POST /_orrery/policy/suggest    {"principal": ARN, "since": ISO 8601} -> {"calls": N, "policy": {…}}
//   GET  /_orrery/operations        what each operation asks policies for
#pragma once

#include "gateway/access_log.h"
#include "services/operation.h"

#include <optional>
#include <span>
#include <string_view>

namespace orrery::server {

struct AccessReports {
  gateway::AccessLog* log;  // nullptr: nothing is kept
  std::span<const Service> services;
  Store& store;
  Random& random;

  // nullopt: the path is not one of these.
  Result<std::optional<json::value>> answer(std::string_view method, std::string_view path,
                                            std::string_view body) const;

 private:
  Result<std::optional<json::value>> explain(std::string_view id) const;
  Result<std::optional<json::value>> suggest(std::string_view body) const;
};

}  // namespace orrery::server
