#include "services/logs/patterns/json_pattern.h"

#include <charconv>
#include <functional>

namespace orrery::logs::filter {
namespace {

constexpr std::string_view kLeafStops = "()&|";

Result<> bracket(Scanner& scanner, Selection& leaf) {
  std::string_view& rest = scanner.rest();
  const auto end = rest.find(']');
  if (end == std::string_view::npos) return invalid_pattern("a bracket is not closed.");
  const std::string_view inside = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  if (inside == "*") {
    leaf.path.emplace_back(AnyElement{});
    return {};
  }
  if (inside.size() > 2 && (inside[0] == '\'' || inside[0] == '"') && inside.back() == inside[0]) {
    leaf.path.emplace_back(std::string(inside.substr(1, inside.size() - 2)));
    return {};
  }
  std::size_t index = 0;
  const auto [last, failed] = std::from_chars(inside.data(), inside.data() + inside.size(), index);
  if (failed != std::errc() || last != inside.data() + inside.size()) {
    return invalid_pattern("'[" + std::string(inside) + "]' is neither an index nor a quoted name.");
  }
  leaf.path.emplace_back(index);
  return {};
}

Result<> selector(Scanner& scanner, Selection& leaf) {
  scanner.skip_space();
  const std::string_view before = scanner.rest();
  if (!scanner.take("$")) return invalid_pattern("a selector begins with $.");
  std::string_view& rest = scanner.rest();
  while (!rest.empty() && (rest[0] == '.' || rest[0] == '[')) {
    const bool dotted = rest[0] == '.';
    rest.remove_prefix(1);
    if (!dotted) {
      TRY(bracket(scanner, leaf));
    } else if (!rest.starts_with('[')) {
      std::string name = scanner.take_name();
      if (name.empty()) return invalid_pattern("a property's name is missing after '.'.");
      leaf.path.emplace_back(std::move(name));
    }
  }
  if (leaf.path.empty()) return invalid_pattern("a selector names a property: $.name.");
  leaf.source = before.substr(0, before.size() - rest.size());
  return {};
}

Result<> condition(Scanner& scanner, Selection& leaf) {
  TRY(selector(scanner, leaf));
  if (scanner.take_word("NOT")) {
    leaf.test = Test::NotExists;
    if (!scanner.take_word("EXISTS")) return invalid_pattern("NOT is followed by EXISTS.");
    return {};
  }
  if (scanner.take_word("EXISTS")) {
    leaf.test = Test::Exists;
    return {};
  }
  if (scanner.take_word("IS")) {
    static constexpr std::pair<std::string_view, Test> kWords[] = {
        {"NULL", Test::Null}, {"TRUE", Test::True}, {"FALSE", Test::False}};
    for (const auto& [word, test] : kWords) {
      leaf.test = test;
      if (scanner.take_word(word)) return {};
    }
    return invalid_pattern("IS is followed by NULL, TRUE or FALSE.");
  }
  const auto test = TRY(scanner.take_comparison(kLeafStops, leaf.operand));
  if (!test) return invalid_pattern("a comparison is missing after the selector.");
  leaf.test = *test;
  return {};
}

using Visit = std::function<bool(const json::value&)>;

// Calls `visit` for what the path finds, until it returns true; returns whether it did.
bool any_found(const json::value& at, const Selection& leaf, std::size_t step, const Visit& visit) {
  if (step == leaf.path.size()) return visit(at);
  const auto& part = leaf.path[step];
  if (const auto* name = std::get_if<std::string>(&part)) {
    const json::value* member = find(at, *name);
    return member != nullptr && any_found(*member, leaf, step + 1, visit);
  }
  if (!at.is_array()) return false;
  const json::array& elements = at.get_array();
  if (const auto* index = std::get_if<std::size_t>(&part)) {
    return *index < elements.size() && any_found(elements[*index], leaf, step + 1, visit);
  }
  return std::ranges::any_of(elements, [&](const json::value& e) { return any_found(e, leaf, step + 1, visit); });
}

std::optional<double> number_in(const json::value& value) {
  if (value.is_int64()) return static_cast<double>(value.get_int64());
  if (value.is_uint64()) return static_cast<double>(value.get_uint64());
  if (value.is_double()) return value.get_double();
  return std::nullopt;
}

bool equal(const json::value& value, const Operand& operand) {
  if (value.is_string()) {
    const std::string_view text(value.get_string());
    return operand.regex ? operand.regex->found_in(text) : like(text, operand.text);
  }
  const auto number = number_in(value);
  if (!number) return operand.text == "*" && !value.is_null();
  if (operand.number) return *number == *operand.number;
  const std::string text = to_text(value);
  if (operand.regex) return operand.regex->found_in(text);
  return operand.text.find('*') != std::string::npos && like(text, operand.text);
}

bool value_holds(const Selection& leaf, const json::value& value) {
  switch (leaf.test) {
    case Test::Equal:
      return equal(value, leaf.operand);
    case Test::NotEqual:
      return !equal(value, leaf.operand);
    case Test::Null:
      return value.is_null();
    case Test::True:
      return value.is_bool() && value.get_bool();
    case Test::False:
      return value.is_bool() && !value.get_bool();
    case Test::Exists:
      return true;
    case Test::NotExists:
      return false;
    default: {
      const auto number = number_in(value);
      return number && ordered(leaf.test, *number, *leaf.operand.number);
    }
  }
}

void collect(const Node<Selection>& node, const json::value& document, std::map<std::string, std::string>& values) {
  for (const auto& child : node.children) collect(*child, document, values);
  if (node.kind != Node<Selection>::Kind::Single) return;
  any_found(document, node.leaf, 0, [&](const json::value& value) {
    values[node.leaf.source] = value.is_string() ? std::string(value.get_string()) : to_text(value);
    return true;
  });
}

// A part of `text` that stands in the JSON of a message as it is, or else in another form only with letters escaped
// ("\u0041"): the longest run of characters that have no other form.
std::optional<std::vector<std::string>> written(std::string_view text) {
  const auto is_safe = [](char c) {
    return is_word_character(c) || std::string_view(" .,:;=@#+").find(c) != std::string_view::npos;
  };
  std::string_view longest;
  for (auto at = text.begin(); at != text.end();) {
    const auto begin = std::find_if(at, text.end(), is_safe);
    at = std::find_if_not(begin, text.end(), is_safe);
    const auto size = static_cast<std::size_t>(at - begin);
    if (size > longest.size()) longest = text.substr(static_cast<std::size_t>(begin - text.begin()), size);
  }
  // Numbers have other forms.
  if (longest.find_first_not_of("0123456789+-.eE") == std::string_view::npos) return std::nullopt;
  return std::vector<std::string>{std::string(longest), "\\u00"};
}

NeededText needed_by(const Selection& leaf) {
  NeededText needed;
  if (leaf.test == Test::NotExists) return needed;
  const auto add = [&](std::string_view text) {
    if (auto clause = written(text)) needed.clauses.push_back(*std::move(clause));
  };
  if (leaf.test == Test::Equal && !leaf.operand.regex && !leaf.operand.number) add(leaf.operand.text);
  // Without what the path names nothing is found.
  for (const auto& part : leaf.path) {
    if (const auto* name = std::get_if<std::string>(&part)) add(*name);
  }
  return needed;
}

NeededText needed_by(const Node<Selection>& node) {
  using Kind = Node<Selection>::Kind;
  if (node.kind == Kind::Single) return needed_by(node.leaf);
  NeededText needed;
  std::vector<std::string> either;
  for (const auto& child : node.children) {
    NeededText one = needed_by(*child);
    if (node.kind == Kind::And) {
      needed.clauses.insert(needed.clauses.end(), one.clauses.begin(), one.clauses.end());
    } else {
      if (one.empty()) return {};
      either.insert(either.end(), one.clauses[0].begin(), one.clauses[0].end());
    }
  }
  if (!either.empty()) needed.clauses.push_back(std::move(either));
  return needed;
}

}  // namespace

NeededText JsonPattern::needed() const { return needed_by(*root); }

Result<JsonPattern> JsonPattern::parse(std::string_view text) {
  Scanner scanner(text);
  JsonPattern pattern;
  pattern.root = TRY(parse_either<Selection>(scanner, condition, 0));
  if (!scanner.at_end()) return invalid_pattern("unexpected '" + std::string(scanner.rest().substr(0, 20)) + "'.");
  pattern.regexes = scanner.regexes();
  return pattern;
}

std::optional<json::value> JsonPattern::document(std::string_view message) {
  const std::string_view text = trimmed(message);
  if (!text.starts_with('{')) return std::nullopt;
  auto document = parse_json(text);
  if (!document) return std::nullopt;
  return *std::move(document);
}

bool JsonPattern::holds(const json::value& document) const {
  return tree_holds(*root, [&](const Selection& leaf) {
    if (leaf.test == Test::NotExists) {
      return !any_found(document, leaf, 0, [](const json::value&) { return true; });
    }
    return any_found(document, leaf, 0, [&](const json::value& value) { return value_holds(leaf, value); });
  });
}

std::map<std::string, std::string> JsonPattern::values(const json::value& document) const {
  std::map<std::string, std::string> values;
  collect(*root, document, values);
  return values;
}

}  // namespace orrery::logs::filter
