// Policies taken apart: statements with their places in the text, and the context keys that they name.
#include "services/iam/simulation.h"

#include <algorithm>

namespace orrery::iam {
namespace {

// Finds the statements' places in a policy's text that is known to parse. As the service counts: lines and columns from
// one, a place is behind the brace.
class Places {
 public:
  explicit Places(std::string_view text) : text_(text) {}

  std::vector<std::pair<Position, Position>> find() {
    std::vector<std::pair<Position, Position>> places;
    std::vector<Position> open;
    int in_statement = -1;  // depth of brackets at which statements begin; -1: not in the Statement element
    int depth = 0;
    std::string last_key;
    for (; at_ < text_.size(); step()) {
      const char c = text_[at_];
      if (c == '"') {
        const std::string word = skip_string();
        if (depth == 1 && in_statement < 0) last_key = word;
      } else if (c == '{' || c == '[') {
        ++depth;
        if (depth == 2 && last_key == "Statement" && in_statement < 0) in_statement = c == '[' ? 3 : 2;
        open.push_back(behind());
      } else if (c == '}' || c == ']') {
        if (c == '}' && depth == in_statement) places.emplace_back(open.back(), behind());
        open.pop_back();
        --depth;
        if (depth == 1) in_statement = -1;
        if (depth == 1) last_key.clear();
      }
    }
    return places;
  }

 private:
  Position behind() const { return {line_, column_ + 1}; }
  void step() {
    if (text_[at_] == '\n') {
      ++line_;
      column_ = 1;
    } else {
      ++column_;
    }
    ++at_;
  }
  // Ends on the closing quotation mark.
  std::string skip_string() {
    std::string word;
    for (step(); at_ < text_.size() && text_[at_] != '"'; step()) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) step();
      word += text_[at_];
    }
    return word;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::int64_t line_ = 1;
  std::int64_t column_ = 1;
};

void add_once(std::vector<std::string>& keys, std::string key) {
  const std::string low = identity::lower(key);
  if (std::ranges::none_of(keys, [&](const std::string& known) { return identity::lower(known) == low; })) {
    keys.push_back(std::move(key));
  }
}

// "${aws:username}" and "${key, 'default'}"; not the characters ${*}, ${?} and ${$}.
void add_variables(const json::value& value, std::vector<std::string>& keys) {
  if (value.is_array()) {
    for (const auto& one : value.get_array()) add_variables(one, keys);
  }
  if (!value.is_string()) return;
  const std::string_view text = value.get_string();
  for (std::size_t at = text.find("${"); at != std::string_view::npos; at = text.find("${", at + 2)) {
    std::string_view inner = text.substr(at + 2, text.find('}', at) - at - 2);
    inner = inner.substr(0, inner.find_first_of(", "));
    if (inner.size() > 1) add_once(keys, std::string(inner));
  }
}

void add_keys(const json::object& statement, std::vector<std::string>& keys) {
  for (const char* element : {"Resource", "NotResource"}) {
    if (const auto* value = statement.if_contains(element)) add_variables(*value, keys);
  }
  const auto* condition = statement.if_contains("Condition");
  if (condition == nullptr || !condition->is_object()) return;
  for (const auto& [operation, tests] : condition->get_object()) {
    if (!tests.is_object()) continue;
    for (const auto& [key, values] : tests.get_object()) {
      add_once(keys, std::string(key));
      add_variables(values, keys);
    }
  }
}

std::vector<json::object> statements_of(const json::value& document) {
  std::vector<json::object> out;
  const json::value* element = find(document, "Statement");
  if (element == nullptr) return out;
  if (element->is_object()) out.push_back(element->get_object());
  if (element->is_array()) {
    for (const auto& one : element->get_array()) {
      if (one.is_object()) out.push_back(one.get_object());
    }
  }
  return out;
}

}  // namespace

Result<std::vector<StatementPart>> take_apart(const PolicySource& source, auth::PolicyKind kind) {
  const auto whole = auth::parse_policy(source.document, kind);
  if (!whole) return fail(errors::InvalidInputException("Policy " + source.id + ": " + whole.error().message));
  const json::value document = TRY(parse_json(source.document));
  const auto places = Places(source.document).find();
  std::vector<StatementPart> parts;
  std::size_t index = 0;
  for (const auto& statement : statements_of(document)) {
    StatementPart part;
    part.shown.SourcePolicyId = source.id;
    part.shown.SourcePolicyType = source.type;
    if (index < places.size()) {
      part.shown.StartPosition = places[index].first;
      part.shown.EndPosition = places[index].second;
    }
    part.policy.kind = kind;
    part.policy.version = whole->version;
    part.policy.statements.push_back(whole->statements[index]);
    part.unconditional = part.policy;
    part.unconditional.statements[0].conditions.clear();
    add_keys(statement, part.keys);
    parts.push_back(std::move(part));
    ++index;
  }
  return parts;
}

Result<std::vector<std::string>> context_keys(std::string_view document) {
  std::vector<std::string> keys;
  const auto checked = auth::parse_policy(document, auth::PolicyKind::Identity);
  if (!checked) return fail(errors::InvalidInputException(checked.error().message));
  for (const auto& statement : statements_of(TRY(parse_json(document)))) add_keys(statement, keys);
  return keys;
}

}  // namespace orrery::iam
