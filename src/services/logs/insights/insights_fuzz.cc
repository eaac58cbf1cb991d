// Query and messages, separated by line breaks of the form "\n\n".
#include "services/logs/insights/pipeline.h"

#include <algorithm>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace orrery;
  using namespace orrery::logs::insights;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(input.find("\n\n"), input.size());
  const auto query = parse_query(input.substr(0, end));
  if (!query) return 0;
  Pipeline pipeline(*query, {100, std::size_t{1} << 20}, instant_from_ms(1'767'225'600'000));
  const auto stream = std::make_shared<const std::string>("s");
  const auto origin = std::make_shared<const Origin>(Origin{"1:g", "g", 1, true});
  std::string_view rest = input.substr(std::min(end + 2, input.size()));
  for (long long at = 1'767'225'600'000; !rest.empty(); at -= 777) {
    const std::size_t line = std::min(rest.find('\n'), rest.size());
    pipeline.push({instant_from_ms(at), instant_from_ms(at), rest.substr(0, line), {at, 1, 0}, stream, origin, {}});
    rest.remove_prefix(std::min(line + 1, rest.size()));
  }
  const auto lines = pipeline.finish();
  if (lines && lines->size() > 100000) __builtin_trap();
  return 0;
}
