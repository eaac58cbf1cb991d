// Any template is either refused, or makes of any event what its kind promises: a JSON template JSON. The input is a
// template, a path and an event, a line each.
#include "base/check.h"
#include "services/events/delivery/input.h"
#include "services/events/delivery/json_path.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace orrery;
using namespace orrery::events;

namespace {

std::string_view take_line(std::string_view& rest) {
  const auto end = std::min(rest.find('\n'), rest.size());
  const auto line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  Target target;
  target.Id = "t";
  target.InputTransformer.emplace();
  target.InputTransformer->InputTemplate = take_line(rest);
  const std::string path(take_line(rest));
  target.InputTransformer->InputPathsMap = {{"a", path}};
  const auto event = parse_json(rest);
  if (event) {
    const auto found = at_path(*event, path);
    CHECK(!found || valid_path(path));
  }
  if (!check_input(target)) return 0;
  if (!event) return 0;
  (void)input_for(target, {"arn:aws:events:us-east-1:1:rule/r", "r", Instant()}, rest);
  return 0;
}
