// { $.a = "x" && ($.n > 1 || $.b IS NULL) }: a lexer-less recursive-descent parser, and the evaluation.
#include "services/logs/filter_pattern.h"
#include "shapes/logs.h"

#include <charconv>
#include <cmath>
#include <variant>

namespace orrery::logs {
namespace filter {

enum class Test : std::uint8_t {
  Equal,
  NotEqual,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  Null,
  True,
  False,
  Exists,
  NotExists
};

struct Comparison {
  std::vector<std::variant<std::string, std::size_t>> path;  // names and indexes
  Test test = Test::Equal;
  std::string text;              // the operand; '*' stands for anything
  std::optional<double> number;  // when it is one
};

struct Node {
  enum class Kind : std::uint8_t { And, Or, Leaf } kind = Kind::Leaf;
  std::vector<std::shared_ptr<const Node>> children;
  Comparison leaf;
};

namespace {

using NodePtr = std::shared_ptr<const Node>;
constexpr int kMostDepth = 32;

Failure invalid(std::string message) {
  return fail(errors::InvalidParameterException("Invalid filter pattern: " + std::move(message)));
}

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {}

  Result<NodePtr> whole() {
    NodePtr node = TRY(either(0));
    skip_space();
    if (!rest_.empty()) return invalid("unexpected '" + std::string(rest_.substr(0, 20)) + "'.");
    return node;
  }

 private:
  void skip_space() {
    while (!rest_.empty() && std::string_view(" \t\r\n").find(rest_[0]) != std::string_view::npos) {
      rest_.remove_prefix(1);
    }
  }
  bool take(std::string_view token) {
    skip_space();
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }
  // A word by itself: IS, NULL, EXISTS.
  bool take_word(std::string_view word) {
    skip_space();
    if (!rest_.starts_with(word)) return false;
    if (rest_.size() > word.size() && is_word_character(rest_[word.size()])) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  // && binds more tightly than ||.
  Result<NodePtr> either(int depth) { return joined(depth, "||", Node::Kind::Or); }

  Result<NodePtr> joined(int depth, std::string_view operation, Node::Kind kind) {
    auto node = std::make_shared<Node>();
    node->kind = kind;
    do {
      node->children.push_back(TRY(kind == Node::Kind::Or ? joined(depth, "&&", Node::Kind::And) : single(depth)));
    } while (take(operation));
    if (node->children.size() == 1) return node->children[0];
    return NodePtr(std::move(node));
  }

  Result<NodePtr> single(int depth) {
    if (take("(")) {
      if (depth == kMostDepth) return invalid("too many parentheses.");
      NodePtr inside = TRY(either(depth + 1));
      if (!take(")")) return invalid("a parenthesis is not closed.");
      return inside;
    }
    auto node = std::make_shared<Node>();
    TRY(selector(node->leaf));
    TRY(test(node->leaf));
    return NodePtr(std::move(node));
  }

  Result<> selector(Comparison& leaf) {
    if (!take("$")) return invalid("a selector begins with $.");
    while (!rest_.empty() && (rest_[0] == '.' || rest_[0] == '[')) {
      const bool dotted = rest_[0] == '.';
      rest_.remove_prefix(1);
      if (dotted && !rest_.starts_with('[')) {
        std::size_t length = 0;
        while (length < rest_.size() && is_word_character(rest_[length])) ++length;
        if (length == 0) return invalid("a property's name is missing after '.'.");
        leaf.path.emplace_back(std::string(rest_.substr(0, length)));
        rest_.remove_prefix(length);
      } else if (!dotted) {
        TRY(bracket(leaf));
      }
    }
    if (leaf.path.empty()) return invalid("a selector names a property: $.name.");
    return {};
  }

  Result<> bracket(Comparison& leaf) {
    const auto end = rest_.find(']');
    if (end == std::string_view::npos) return invalid("a bracket is not closed.");
    const std::string_view inside = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    if (inside.size() > 2 && (inside[0] == '\'' || inside[0] == '"') && inside.back() == inside[0]) {
      leaf.path.emplace_back(std::string(inside.substr(1, inside.size() - 2)));
      return {};
    }
    std::size_t index = 0;
    const auto [last, failed] = std::from_chars(inside.data(), inside.data() + inside.size(), index);
    if (failed != std::errc() || last != inside.data() + inside.size()) {
      return invalid("'[" + std::string(inside) + "]' is neither an index nor a quoted name.");
    }
    leaf.path.emplace_back(index);
    return {};
  }

  Result<> test(Comparison& leaf) {
    if (take_word("NOT")) {
      leaf.test = Test::NotExists;
      if (!take_word("EXISTS")) return invalid("NOT is followed by EXISTS.");
      return {};
    }
    if (take_word("EXISTS")) {
      leaf.test = Test::Exists;
      return {};
    }
    if (take_word("IS")) {
      if (take_word("NULL")) {
        leaf.test = Test::Null;
      } else if (take_word("TRUE")) {
        leaf.test = Test::True;
      } else if (take_word("FALSE")) {
        leaf.test = Test::False;
      } else {
        return invalid("IS is followed by NULL, TRUE or FALSE.");
      }
      return {};
    }
    static constexpr std::pair<std::string_view, Test> kOperators[] = {
        {"!=", Test::NotEqual}, {"<=", Test::LessEqual}, {">=", Test::GreaterEqual},
        {"=", Test::Equal},     {"<", Test::Less},       {">", Test::Greater}};
    for (const auto& [sign, test] : kOperators) {
      if (!take(sign)) continue;
      leaf.test = test;
      return operand(leaf);
    }
    return invalid("a comparison is missing after the selector.");
  }

  Result<> operand(Comparison& leaf) {
    skip_space();
    if (rest_.starts_with('%')) return invalid("regular expressions are not supported by Orrery.");
    if (rest_.starts_with('"')) {
      std::size_t i = 1;
      for (; i < rest_.size() && rest_[i] != '"'; ++i) {
        if (rest_[i] == '\\' && i + 1 < rest_.size()) ++i;
        leaf.text += rest_[i];
      }
      if (i == rest_.size()) return invalid("a quotation mark is not closed.");
      rest_.remove_prefix(i + 1);
    } else {
      const std::size_t end = std::min(rest_.find_first_of(" \t\r\n()&|"), rest_.size());
      leaf.text = rest_.substr(0, end);
      rest_.remove_prefix(end);
      if (leaf.text.empty()) return invalid("a value is missing after the comparison.");
      double number = 0;
      const char* last = leaf.text.data() + leaf.text.size();
      const auto [stop, failed] = std::from_chars(leaf.text.data(), last, number);
      if (failed == std::errc() && stop == last && std::isfinite(number)) leaf.number = number;
    }
    const bool ordered = leaf.test != Test::Equal && leaf.test != Test::NotEqual;
    if (ordered && !leaf.number) return invalid("'" + leaf.text + "' is not a number.");
    return {};
  }

  std::string_view rest_;
};

const json::value* select(const json::value& message, const Comparison& leaf) {
  const json::value* at = &message;
  for (const auto& step : leaf.path) {
    if (const auto* name = std::get_if<std::string>(&step)) {
      at = find(*at, *name);
    } else {
      const std::size_t index = std::get<std::size_t>(step);
      at = at->is_array() && index < at->get_array().size() ? &at->get_array()[index] : nullptr;
    }
    if (at == nullptr) return nullptr;
  }
  return at;
}

std::optional<double> number_in(const json::value& value) {
  if (value.is_int64()) return static_cast<double>(value.get_int64());
  if (value.is_uint64()) return static_cast<double>(value.get_uint64());
  if (value.is_double()) return value.get_double();
  return std::nullopt;
}

// '*' stands for any characters; linear in time but for the last star's run.
bool like(std::string_view text, std::string_view pattern) {
  std::size_t t = 0, p = 0;
  std::size_t star = std::string_view::npos, mark = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool equal(const json::value& value, const Comparison& leaf) {
  if (const auto number = number_in(value)) {
    if (leaf.number) return *number == *leaf.number;
    return leaf.text.find('*') != std::string::npos && like(to_text(value), leaf.text);
  }
  return value.is_string() && like(std::string_view(value.get_string()), leaf.text);
}

bool leaf_holds(const Comparison& leaf, const json::value& message) {
  const json::value* value = select(message, leaf);
  if (leaf.test == Test::NotExists) return value == nullptr;
  if (value == nullptr) return false;
  const auto number = number_in(*value);
  switch (leaf.test) {
    case Test::Equal:
      return equal(*value, leaf);
    case Test::NotEqual:
      return !equal(*value, leaf);
    case Test::Less:
      return number && *number < *leaf.number;
    case Test::LessEqual:
      return number && *number <= *leaf.number;
    case Test::Greater:
      return number && *number > *leaf.number;
    case Test::GreaterEqual:
      return number && *number >= *leaf.number;
    case Test::Null:
      return value->is_null();
    case Test::True:
      return value->is_bool() && value->get_bool();
    case Test::False:
      return value->is_bool() && !value->get_bool();
    case Test::Exists:
      return true;
    case Test::NotExists:
      return false;
  }
  return false;
}

}  // namespace

Result<std::shared_ptr<const Node>> parse_json_pattern(std::string_view text) { return Parser(text).whole(); }

bool holds(const Node& node, const json::value& message) {
  if (node.kind == Node::Kind::Leaf) return leaf_holds(node.leaf, message);
  const bool any = node.kind == Node::Kind::Or;
  for (const auto& child : node.children) {
    if (holds(*child, message) == any) return any;
  }
  return !any;
}

}  // namespace filter
}  // namespace orrery::logs
