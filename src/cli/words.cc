#include "cli/words.h"

#include "cli/nearest.h"

#include <algorithm>

namespace orrery::cli {

std::string Words::flag(std::string_view name, std::string_view otherwise) const {
  const auto given = flags.find(name);
  return given == flags.end() ? std::string(otherwise) : given->second;
}

Result<Words> read_words(std::span<const std::string> arguments, std::initializer_list<std::string_view> flags,
                         std::initializer_list<std::string_view> switches) {
  Words out;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (!word.starts_with("--")) {
      out.plain.push_back(word);
      continue;
    }
    if (std::ranges::find(switches, word) != switches.end()) {
      out.switches.insert(word);
      continue;
    }
    const auto equals = word.find('=');
    const std::string flag = word.substr(0, equals);
    if (std::ranges::find(flags, flag) == flags.end()) {
      std::vector<std::string_view> known(flags);
      known.insert(known.end(), switches.begin(), switches.end());
      return fail(
          api_error("Usage", "unknown flag " + flag + "; did you mean " + std::string(nearest(flag, known)) + "?"));
    }
    if (equals != std::string::npos) {
      out.flags[flag] = word.substr(equals + 1);
    } else if (++i < arguments.size()) {
      out.flags[flag] = arguments[i];
    } else {
      return fail(api_error("Usage", flag + " needs a value"));
    }
  }
  return out;
}

}  // namespace orrery::cli
