#include "expression/legacy_condition.h"

#include "expression/evaluate.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace orrery::expression::legacy::internal {
namespace {

using item::Type;
using Kind = Node::Kind;
using Operator = KeyCondition::Operator;

enum class Types : std::uint8_t { Any, Scalar, Text };  // Scalar: S, N, B; Text: S, B

struct Comparator {
  std::string_view name;
  std::size_t min_values;
  std::size_t max_values;
  Types types;
  Kind kind;
  Operator key;
};

constexpr std::size_t kMany = static_cast<std::size_t>(-1);

constexpr std::array<Comparator, 13> kComparators = {{
    {"EQ", 1, 1, Types::Any, Kind::Equal, Operator::Equal},
    {"NE", 1, 1, Types::Any, Kind::NotEqual, Operator::NotIndexable},
    {"LE", 1, 1, Types::Scalar, Kind::LessOrEqual, Operator::LessOrEqual},
    {"LT", 1, 1, Types::Scalar, Kind::Less, Operator::Less},
    {"GE", 1, 1, Types::Scalar, Kind::GreaterOrEqual, Operator::GreaterOrEqual},
    {"GT", 1, 1, Types::Scalar, Kind::Greater, Operator::Greater},
    {"NOT_NULL", 0, 0, Types::Any, Kind::AttributeExists, Operator::NotIndexable},
    {"NULL", 0, 0, Types::Any, Kind::AttributeNotExists, Operator::NotIndexable},
    {"CONTAINS", 1, 1, Types::Scalar, Kind::Contains, Operator::NotIndexable},
    {"NOT_CONTAINS", 1, 1, Types::Scalar, Kind::Contains, Operator::NotIndexable},  // and negated
    {"BEGINS_WITH", 1, 1, Types::Text, Kind::BeginsWith, Operator::BeginsWith},
    {"IN", 1, kMany, Types::Scalar, Kind::In, Operator::NotIndexable},
    {"BETWEEN", 2, 2, Types::Scalar, Kind::Between, Operator::Between},
}};

const Comparator* comparator_named(std::string_view name) {
  const auto found = std::find_if(kComparators.begin(), kComparators.end(),
                                  [name](const Comparator& comparator) { return comparator.name == name; });
  return found == kComparators.end() ? nullptr : &*found;
}

bool allows(Types types, Type type) {
  switch (types) {
    case Types::Any:
      return true;
    case Types::Scalar:
      return type == Type::S || type == Type::N || type == Type::B;
    case Types::Text:
      return type == Type::S || type == Type::B;
  }
  return false;
}

}  // namespace

Result<> check_values(std::string_view op, const std::vector<item::ValueView>& values) {
  const Comparator* comparator = comparator_named(op);
  if (comparator == nullptr) {
    return refuse("1 validation error detected: Value '" + std::string(op) +
                  "' at 'comparisonOperator' failed to satisfy constraint: Member must satisfy enum value set: [IN, "
                  "NULL, BETWEEN, LT, NOT_CONTAINS, EQ, GT, NOT_NULL, NE, LE, BEGINS_WITH, GE, CONTAINS]");
  }
  if (values.size() < comparator->min_values || values.size() > comparator->max_values) {
    return bad_value("Invalid number of argument(s) for the " + std::string(op) + " ComparisonOperator");
  }
  for (const item::ValueView value : values) {
    if (value.type() == values.front().type()) continue;
    return bad_value("AttributeValues inside AttributeValueList must be of same type");
  }
  for (const item::ValueView value : values) {
    if (allows(comparator->types, value.type())) continue;
    return bad_value("ComparisonOperator " + std::string(op) + " is not valid for " +
                     std::string(name_of(value.type())) + " AttributeValue type");
  }
  if (comparator->kind == Kind::Between && compare(values[0], values[1]) == std::strong_ordering::greater) {
    return refuse("The BETWEEN condition was provided a range where the lower bound is greater than the upper bound");
  }
  return {};
}

Operator key_operator(std::string_view op) {
  const Comparator* comparator = comparator_named(op);
  return comparator == nullptr ? Operator::NotIndexable : comparator->key;
}

Node Maker::node(Kind kind, std::string_view attribute, std::span<const item::ValueView> values) {
  std::vector<Node> args;
  args.push_back(Node::of_attribute(attribute));
  for (const item::ValueView value : values) {
    args.push_back(Node::of_value(static_cast<Slot>(bindings_.values.size())));
    bindings_.values.push_back(value);
  }
  return Node::of(kind, std::move(args));
}

Result<> Maker::add_comparison(std::string_view attribute, std::string_view op,
                               const std::vector<item::ValueView>& values) {
  TRY(check_values(op, values));
  Node made = node(comparator_named(op)->kind, attribute, values);
  if (op == "NOT_CONTAINS") {
    // Documented as "absence of a subsequence, or absence of a value in a set"; false when there is no attribute.
    std::vector<Node> both(2);
    both[0] = node(Kind::AttributeExists, attribute, {});
    both[1].kind = Kind::Not;
    both[1].args.push_back(std::move(made));
    made = Node::of(Kind::And, std::move(both));
  }
  conditions_.push_back(std::move(made));
  return {};
}

Condition Maker::make(bool any) && {
  if (conditions_.empty()) return {};
  auto ast = std::make_shared<Ast>();
  ast->condition = conditions_.size() == 1 ? std::move(conditions_.front())
                                           : Node::of(any ? Kind::Or : Kind::And, std::move(conditions_));
  return Condition(std::move(ast), std::move(bindings_));
}

}  // namespace orrery::expression::legacy::internal
