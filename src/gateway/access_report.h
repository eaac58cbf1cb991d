// What `orrery explain` and `orrery policy suggest` answer, out of the access log.
#pragma once

#include "base/json.h"
#include "gateway/access_entry.h"

#include <map>
#include <set>
#include <string>

namespace orrery::gateway {

// {"id", "at", "principal", "operation", "error", "accesses": [{"action", "resource", "decision", "by", "steps",
// "statements"}]}: refusals with everything that was looked at, what passed with what let it pass.
json::value explain(const AccessEntry& entry);

// The least policy for a principal's calls: exactly the actions on exactly the resources that it asked for.
class Suggestion {
 public:
  void add(const AccessEntry& entry);
  std::size_t calls() const { return calls_; }
  // Actions on the same resources share a statement.
  json::value policy() const;

 private:
  std::size_t calls_ = 0;
  std::map<std::string, std::set<std::string>> resources_;  // by action
};

// Whether the entry is the principal's: a user's, a session's or a role's ARN (all of its sessions), or an account's.
bool is_by(const AccessEntry& entry, std::string_view principal);

}  // namespace orrery::gateway
