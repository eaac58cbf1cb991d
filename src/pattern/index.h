// Many patterns, of which those that match an event are found without trying each.
#pragma once

#include "pattern/pattern.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace orrery::pattern {

// Most patterns demand that some field is one of a few texts ("source": ["shop"]). Each such pattern is filed under the
// field and texts that the fewest others share; an event then only tries the patterns filed under what it holds, and
// those that demand nothing of the kind. Immutable, safe to share between threads.
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
  using Filed = std::unordered_map<std::string, std::vector<std::uint32_t>, Hash, std::equal_to<>>;
  struct Field {
    std::vector<std::string> path;
    Filed by_text;
  };
  static void collect(const json::value& value, const Field& field, std::size_t depth,
                      std::vector<std::uint32_t>& candidates);

  std::vector<Pattern> patterns_;
  std::vector<Field> fields_;
  std::vector<std::uint32_t> unfiled_;
};

}  // namespace orrery::pattern
