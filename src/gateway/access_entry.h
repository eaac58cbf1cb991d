// One request in the access log, and the form in which many of them are stored together: texts that repeat (principals,
// actions, resources) stand once in a block and are referred to by number.
#pragma once

#include "services/observer.h"

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace orrery::gateway {

struct AccessEntry {
  Instant at;  // on the Orrery's clock
  std::string request_id;
  std::string principal, role;  // ARNs; the role's of its sessions, otherwise empty. Nobody: empty
  std::string account;
  std::string service, operation;  // "dynamodb", "GetItem"
  std::string error;               // its code; empty: it went well
  bool dispatched = false;         // one service called another
  std::vector<Judged> judged;
};

class AccessBlock {
 public:
  void add(const Answered& answered, Instant now);
  bool empty() const { return bytes_.empty(); }
  std::size_t size() const { return bytes_.size(); }
  // The stored form; the block is empty then.
  std::string take();

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  void number(std::uint64_t value);
  void plain(std::string_view text);
  void repeated(std::string_view text);
  void judged(const Judged& one);

  std::string bytes_;
  std::unordered_map<std::string, std::uint64_t, Hash, std::equal_to<>> texts_;
};

// Error: Internal, for bytes that are no block.
Result<std::vector<AccessEntry>> read_access_block(std::string_view bytes);

}  // namespace orrery::gateway
