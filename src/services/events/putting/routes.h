// Where the events of a bus go: its rules, compiled once for each of their changes.
#pragma once

#include "pattern/index.h"
#include "services/events/delivery/delivery.h"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace orrery::events {

struct Route {
  RuleRecord rule;
  std::vector<Mailing> mailings;
};

// Of one bus, at one time; immutable.
struct BusRoutes {
  bool exists = false;
  std::vector<Route> routes;  // the enabled rules that have a pattern, in order of their names
  pattern::Index index;       // of their patterns
};

class Routes {
 public:
  // What holds for an event that this transaction accepts: never older than what was committed when it began to read.
  Result<std::shared_ptr<const BusRoutes>> of(Transaction& tx, const BusName& bus);

 private:
  struct Compiled {
    std::string mark;  // rules_mark_key() as it was
    std::shared_ptr<const BusRoutes> routes;
  };
  std::mutex mutex_;
  std::map<std::string, Compiled> by_bus_;  // by its ARN
};

}  // namespace orrery::events
