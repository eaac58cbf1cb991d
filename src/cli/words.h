// The words behind a command: flags with a value (--url URL, --url=URL), switches without one, and all others.
#pragma once

#include "base/result.h"

#include <initializer_list>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::cli {

struct Words {
  std::vector<std::string> plain;
  std::map<std::string, std::string, std::less<>> flags;
  std::set<std::string, std::less<>> switches;

  std::string flag(std::string_view name, std::string_view otherwise) const;
};

// Error: "Usage", for a flag that is neither, with its nearest neighbour.
Result<Words> read_words(std::span<const std::string> arguments, std::initializer_list<std::string_view> flags,
                         std::initializer_list<std::string_view> switches = {});

}  // namespace orrery::cli
