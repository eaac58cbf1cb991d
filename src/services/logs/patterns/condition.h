// What JSON selectors and columns are compared with: = "4*", != %regex%, >= 500; and how such conditions are joined by
// && and ||.
#pragma once

#include "services/logs/patterns/regex.h"
#include "services/logs/patterns/text.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::logs::filter {

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

struct Operand {
  std::string text;              // '*' stands for anything
  std::optional<double> number;  // when it is one
  std::optional<PatternRegex> regex;

  // Of a text, and of a number written as text.
  bool equals(std::string_view value) const;
};

// Letters, digits, '_' and '-'.
bool is_word_character(char c);

// <, <=, > and >=.
bool ordered(Test test, double value, double operand);

// A cursor over a pattern's text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  void skip_space();
  bool at_end();
  // Whether it comes next, after white space; takes it off when it does.
  bool take(std::string_view token);
  bool peek(std::string_view token);
  // A word by itself: IS, NULL, EXISTS.
  bool take_word(std::string_view word);
  // Letters, digits, '_' and '-'; empty when there are none. No white space before it is skipped.
  std::string take_name();
  // One of the six comparisons, with what follows it: a quoted text, a regular expression, or text up to white space or
  // one of `stops`. nullopt: there is no comparison here.
  Result<std::optional<Test>> take_comparison(std::string_view stops, Operand& operand);

  std::string_view& rest() { return rest_; }
  int regexes() const { return regexes_; }

 private:
  Result<> take_operand(std::string_view stops, Operand& operand);

  std::string_view rest_;
  int regexes_ = 0;
};

template <class Leaf>
struct Node {
  enum class Kind : std::uint8_t { And, Or, Single } kind = Kind::Single;
  std::vector<std::shared_ptr<const Node>> children;
  Leaf leaf{};
};
template <class Leaf>
using NodePtr = std::shared_ptr<const Node<Leaf>>;

// leaf, (…), joined by && (first) and ||. `parse_leaf(Scanner&, Leaf&)` reads one condition.
template <class Leaf, class ParseLeaf>
Result<NodePtr<Leaf>> parse_either(Scanner& scanner, const ParseLeaf& parse_leaf, int depth);

template <class Leaf, class ParseLeaf>
Result<NodePtr<Leaf>> parse_single(Scanner& scanner, const ParseLeaf& parse_leaf, int depth) {
  constexpr int kMostDepth = 32;
  if (scanner.take("(")) {
    if (depth == kMostDepth) return invalid_pattern("too many parentheses.");
    NodePtr<Leaf> inside = TRY(parse_either<Leaf>(scanner, parse_leaf, depth + 1));
    if (!scanner.take(")")) return invalid_pattern("a parenthesis is not closed.");
    return inside;
  }
  auto node = std::make_shared<Node<Leaf>>();
  TRY(parse_leaf(scanner, node->leaf));
  return NodePtr<Leaf>(std::move(node));
}

template <class Leaf, class Next>
Result<NodePtr<Leaf>> parse_joined(Scanner& scanner, std::string_view sign, typename Node<Leaf>::Kind kind,
                                   const Next& next) {
  auto node = std::make_shared<Node<Leaf>>();
  node->kind = kind;
  do {
    node->children.push_back(TRY(next()));
  } while (scanner.take(sign));
  if (node->children.size() == 1) return node->children[0];
  return NodePtr<Leaf>(std::move(node));
}

template <class Leaf, class ParseLeaf>
Result<NodePtr<Leaf>> parse_either(Scanner& scanner, const ParseLeaf& parse_leaf, int depth) {
  using Kind = typename Node<Leaf>::Kind;
  return parse_joined<Leaf>(scanner, "||", Kind::Or, [&] {
    return parse_joined<Leaf>(scanner, "&&", Kind::And, [&] { return parse_single<Leaf>(scanner, parse_leaf, depth); });
  });
}

// `leaf_holds(const Leaf&)` decides one condition.
template <class Leaf, class LeafHolds>
bool tree_holds(const Node<Leaf>& node, const LeafHolds& leaf_holds) {
  using Kind = typename Node<Leaf>::Kind;
  if (node.kind == Kind::Single) return leaf_holds(node.leaf);
  const bool any = node.kind == Kind::Or;
  for (const auto& child : node.children) {
    if (tree_holds(*child, leaf_holds) == any) return any;
  }
  return !any;
}

}  // namespace orrery::logs::filter
