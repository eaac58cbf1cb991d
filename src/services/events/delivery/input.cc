#include "services/events/delivery/input.h"

#include "services/events/delivery/json_path.h"

#include <algorithm>
#include <map>

namespace orrery::events {
namespace {

constexpr std::size_t kMostVariables = 100;
constexpr std::string_view kReserved[] = {"aws.events.rule-arn", "aws.events.rule-name",
                                          "aws.events.event.ingestion-time", "aws.events.event",
                                          "aws.events.event.json"};

using Variables = std::map<std::string, json::value, std::less<>>;

Failure refused(std::string message) { return fail(api_error("ValidationException", std::move(message))); }

bool is_reserved(std::string_view name) { return std::ranges::find(kReserved, name) != std::end(kReserved); }

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

// The variable whose "<name>" stands at `from`; empty when none does.
std::string_view placeholder_at(std::string_view text, std::size_t from) {
  if (text[from] != '<') return {};
  std::size_t end = from + 1;
  while (end < text.size() && is_name_character(text[end])) ++end;
  if (end == text.size() || text[end] != '>') return {};
  return text.substr(from + 1, end - from - 1);
}

std::string without(std::string text, char unwanted) {
  std::erase(text, unwanted);
  return text;
}

// Inside of quotes strings lose theirs (and keep their escapes); of objects and arrays every quote goes, so that the
// result stays a JSON string.
std::string in_string(const json::value& value) {
  std::string text = to_text(value);
  if (value.is_string()) return text.substr(1, text.size() - 2);
  return value.is_structured() ? without(without(std::move(text), '"'), '\\') : text;
}

// A variable that found nothing leaves no trace in a string, and an empty string elsewhere.
std::string substitute(std::string_view text, const Variables& variables) {
  std::string out;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view name = placeholder_at(text, i);
    if (!name.empty()) {
      const auto variable = variables.find(name);
      if (variable != variables.end()) {
        out += quoted ? in_string(variable->second) : to_text(variable->second);
      } else if (!quoted) {
        out += "\"\"";
      }
      i += name.size() + 1;
      continue;
    }
    out += text[i];
    if (text[i] == '\\' && quoted && i + 1 < text.size()) {
      out += text[++i];
    } else if (text[i] == '"') {
      quoted = !quoted;
    }
  }
  return out;
}

// One JSON value, or several quoted strings, one a line.
bool acceptable(std::string_view rendered) {
  if (parse_json(rendered)) return true;
  bool any = false;
  while (!rendered.empty()) {
    const std::size_t end = std::min(rendered.find('\n'), rendered.size());
    const std::string_view line = rendered.substr(0, end);
    rendered.remove_prefix(std::min(end + 1, rendered.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const auto value = parse_json(line);
    if (!value || !value->is_string()) return false;
    any = true;
  }
  return any;
}

Result<> check_transformer(const Target& target) {
  const InputTransformer& transformer = *target.InputTransformer;
  const std::map<std::string, std::string> none;
  const auto& paths = transformer.InputPathsMap ? *transformer.InputPathsMap : none;
  if (paths.size() > kMostVariables) {
    return refused("InputPathsMap for target " + target.Id + " has more than 100 entries.");
  }
  Variables sample;
  for (const auto& [name, path] : paths) {
    const bool reserved = name.size() >= 3 && (name.starts_with("AWS") || name.starts_with("aws"));
    if (reserved || name.empty() || !std::ranges::all_of(name, is_name_character)) {
      return refused("InputPathsMap for target " + target.Id + " contains an invalid key: " + name + ".");
    }
    if (!valid_path(path)) {
      return refused("InputPathsMap for target " + target.Id + " contains an invalid JSON path: " + path + ".");
    }
    sample[name] = "x";
  }
  const std::string& text = transformer.InputTemplate;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string name(placeholder_at(text, i));
    if (name.empty() || sample.contains(name)) continue;
    if (!is_reserved(name)) {
      return refused("InputTemplate for target " + target.Id + " contains invalid placeholder " + name + ".");
    }
    sample[name] = "x";
  }
  const std::string rendered = substitute(text, sample);
  // "Can only be used as a value for a JSON field, as its content is not escaped" (the page above).
  if (const auto document = parse_json(rendered); !document || !document->is_object()) {
    for (const char* name : {"aws.events.event", "aws.events.event.json"}) {
      if (!sample.contains(name)) continue;
      return refused("InputTemplate for target " + target.Id + " contains placeholder " + name +
                     " valid only for JSON template.");
    }
  }
  if (!acceptable(rendered)) {
    return refused("Invalid InputTemplate for target " + target.Id +
                   " : it must be a JSON object, or strings in double quotes, one a line.");
  }
  return {};
}

Variables variables_for(const InputTransformer& transformer, const RuleFacts& rule, const json::value& event) {
  Variables variables;
  if (transformer.InputPathsMap) {
    for (const auto& [name, path] : *transformer.InputPathsMap) {
      if (auto value = at_path(event, path)) variables[name] = *std::move(value);
    }
  }
  variables["aws.events.rule-arn"] = rule.arn;
  variables["aws.events.rule-name"] = rule.name;
  variables["aws.events.event.ingestion-time"] = iso8601_seconds(rule.ingested);
  variables["aws.events.event.json"] = event;
  // Without its detail, and with "detailType" for "detail-type": so the service is observed to write it.
  json::object outline;
  if (event.is_object()) {
    for (const auto& [name, value] : event.get_object()) {
      if (name != "detail") outline[name == "detail-type" ? json::string_view("detailType") : name] = value;
    }
  }
  variables["aws.events.event"] = std::move(outline);
  return variables;
}

}  // namespace

Result<> check_input(const Target& target) {
  const int ways = (target.Input ? 1 : 0) + (target.InputPath ? 1 : 0) + (target.InputTransformer ? 1 : 0);
  if (ways > 1) {
    return refused("Only one of Input, InputPath, or InputTransformer must be provided for target " + target.Id + ".");
  }
  if (target.Input && !parse_json(*target.Input)) {
    return refused("Input for target " + target.Id + " is not a valid JSON text.");
  }
  if (target.InputPath && !valid_path(*target.InputPath)) {
    return refused("InputPath for target " + target.Id + " is not a valid JSON path.");
  }
  if (target.InputTransformer) TRY(check_transformer(target));
  return {};
}

Result<std::string> input_for(const Target& target, const RuleFacts& rule, std::string_view event) {
  if (target.Input) return *target.Input;
  if (!target.InputPath && !target.InputTransformer) return std::string(event);
  const json::value document = TRY(parse_json(event));
  if (target.InputPath) return to_text(at_path(document, *target.InputPath).value_or(json::value()));
  return substitute(target.InputTransformer->InputTemplate, variables_for(*target.InputTransformer, rule, document));
}

}  // namespace orrery::events
