// Many patterns, of which those that match an event are found without trying each.
#pragma once

#include "pattern/pattern.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace orrery::pattern {

// Most patterns demand that some field is one of a few texts ("source": ["shop"]). Each such pattern is filed under the
// field and texts that the fewest others share, and one that demands no text under a field that it wants to be there.
// An event then only tries the patterns filed under what it holds, and those that demand nothing of the kind: what it
// costs follows from the event, not from the number of patterns. Immutable, safe to share between threads.
class Index {
 public:
  Index() = default;
  explicit Index(std::vector<Pattern> patterns);

  // The places of the patterns that match, in order.
  std::vector<std::size_t> matching(const json::value& event) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  template <class T>
  using ByText = std::unordered_map<std::string, T, Hash, std::equal_to<>>;
  using Places = std::vector<std::uint32_t>;
  // One field of events, and what is below it.
  struct Field {
    ByText<std::unique_ptr<Field>> children;
    ByText<Places> by_text;
    Places by_presence;
  };
  Field& field_of(const std::vector<std::string>& path);
  static void collect(const json::value& value, const Field& field, Places& candidates);

  std::vector<Pattern> patterns_;
  std::shared_ptr<Field> top_ = std::make_shared<Field>();
  Places unfiled_;
};

}  // namespace orrery::pattern
