#include "services/events/delivery/json_path.h"

#include <charconv>
#include <string>
#include <vector>

namespace orrery::events {
namespace {

struct Step {
  enum class Kind : std::uint8_t { Name, Index, Any } kind = Kind::Name;
  std::string name;
  std::size_t index = 0;
};

bool is_member_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '/';
}

std::optional<Step> dotted(std::string_view& rest) {
  rest.remove_prefix(1);
  if (rest.starts_with('*')) {
    rest.remove_prefix(1);
    return Step{Step::Kind::Any, {}, 0};
  }
  std::size_t length = 0;
  while (length < rest.size() && is_member_character(rest[length])) ++length;
  if (length == 0) return std::nullopt;
  Step step{Step::Kind::Name, std::string(rest.substr(0, length)), 0};
  rest.remove_prefix(length);
  return step;
}

std::optional<Step> bracketed(std::string_view& rest) {
  const auto end = rest.find(']');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view inside = rest.substr(1, end - 1);
  rest.remove_prefix(end + 1);
  if (inside == "*") return Step{Step::Kind::Any, {}, 0};
  if (inside.size() > 2 && (inside[0] == '\'' || inside[0] == '"') && inside.back() == inside[0]) {
    return Step{Step::Kind::Name, std::string(inside.substr(1, inside.size() - 2)), 0};
  }
  Step step{Step::Kind::Index, {}, 0};
  const auto [last, failed] = std::from_chars(inside.data(), inside.data() + inside.size(), step.index);
  if (failed != std::errc() || last != inside.data() + inside.size()) return std::nullopt;
  return step;
}

std::optional<std::vector<Step>> parse_path(std::string_view path) {
  if (!path.starts_with('$')) return std::nullopt;
  path.remove_prefix(1);
  std::vector<Step> steps;
  while (!path.empty()) {
    std::optional<Step> step;
    if (path[0] == '.') step = dotted(path);
    if (step == std::nullopt && path.starts_with('[')) step = bracketed(path);
    if (!step) return std::nullopt;
    steps.push_back(*std::move(step));
  }
  return steps;
}

void follow(const json::value& from, const Step& step, std::vector<const json::value*>& found) {
  if (step.kind == Step::Kind::Name) {
    if (const json::value* member = find(from, step.name)) found.push_back(member);
  } else if (step.kind == Step::Kind::Index) {
    if (from.is_array() && step.index < from.get_array().size()) found.push_back(&from.get_array()[step.index]);
  } else if (from.is_array()) {
    for (const auto& element : from.get_array()) found.push_back(&element);
  } else if (from.is_object()) {
    for (const auto& member : from.get_object()) found.push_back(&member.value());
  }
}

}  // namespace

bool valid_path(std::string_view path) { return parse_path(path).has_value(); }

std::optional<json::value> at_path(const json::value& document, std::string_view path) {
  const auto steps = parse_path(path);
  if (!steps) return std::nullopt;
  std::vector<const json::value*> found{&document};
  bool many = false;
  for (const Step& step : *steps) {
    std::vector<const json::value*> next;
    for (const json::value* value : found) follow(*value, step, next);
    found = std::move(next);
    many = many || step.kind == Step::Kind::Any;
  }
  if (found.empty()) return std::nullopt;
  if (!many) return *found[0];
  json::array all;
  for (const json::value* value : found) all.push_back(*value);
  return all;
}

}  // namespace orrery::events
