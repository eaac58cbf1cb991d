#include "expression/key_condition.h"

#include "expression/message.h"

#include <algorithm>
#include <string>

namespace orrery::expression {
namespace {

using Kind = Node::Kind;
using Operator = KeyCondition::Operator;

Failure misfit(std::string_view what) {
  return refuse("Invalid condition in KeyConditionExpression: " + std::string(what));
}

// Of a comparison whose attribute stands on the left; `turned`: on the right.
Operator operator_of(Kind kind, bool turned) {
  switch (kind) {
    case Kind::Less:
      return turned ? Operator::Greater : Operator::Less;
    case Kind::LessOrEqual:
      return turned ? Operator::GreaterOrEqual : Operator::LessOrEqual;
    case Kind::Greater:
      return turned ? Operator::Less : Operator::Greater;
    case Kind::GreaterOrEqual:
      return turned ? Operator::LessOrEqual : Operator::GreaterOrEqual;
    case Kind::Between:
      return Operator::Between;
    case Kind::BeginsWith:
      return Operator::BeginsWith;
    default:
      return Operator::Equal;
  }
}

class Reader {
 public:
  explicit Reader(const Bindings& bindings) : bindings_(bindings) {}

  Result<> read(const Node& node) {
    switch (node.kind) {
      case Kind::And:
        for (const Node& arg : node.args) TRY(read(arg));
        return {};
      case Kind::Equal:
      case Kind::Less:
      case Kind::LessOrEqual:
      case Kind::Greater:
      case Kind::GreaterOrEqual:
        return term(node);
      case Kind::Between:
      case Kind::BeginsWith:
        if (node.args.front().is_path()) return term(node);
        return misfit(std::string(spelling(node.kind)) + " operator must have the key attribute as its first operand");
      default:
        return refuse("Invalid operator used in KeyConditionExpression: " + std::string(spelling(node.kind)));
    }
  }

  std::vector<KeyTerms::Term> take() && { return std::move(terms_); }

 private:
  Result<> term(const Node& node) {
    const Node* attribute = nullptr;
    for (const Node& arg : node.args) {
      if (arg.kind == Kind::Size) return refuse("KeyConditionExpressions cannot contain nested operations");
      if (!arg.is_path()) continue;
      if (attribute != nullptr) return misfit("Multiple attribute names used in one condition");
      if (arg.path.size() > 1) return refuse("KeyConditionExpressions cannot have conditions on nested attributes");
      attribute = &arg;
    }
    if (attribute == nullptr) return misfit("No key attribute specified");
    const std::string_view name = attribute->path.front().name_in(bindings_);
    const auto same_name = [name](const KeyTerms::Term& other) { return other.attribute == name; };
    if (std::any_of(terms_.begin(), terms_.end(), same_name)) {
      return refuse("KeyConditionExpressions must only contain one condition per key");
    }
    const bool turned = attribute != node.args.data();
    KeyCondition::Sort condition;
    condition.op = operator_of(node.kind, turned);
    condition.value = bindings_.values[node.args[turned ? 0 : 1].slot];
    if (node.kind == Kind::Between) condition.upper = bindings_.values[node.args[2].slot];
    terms_.push_back({name, condition});
    return {};
  }

  const Bindings& bindings_;
  std::vector<KeyTerms::Term> terms_;
};

Result<> check_type(const KeyTerms::Term& term, const item::KeyAttribute& key) {
  const auto& [op, value, upper] = term.condition;
  if (value.type() == key.type && (op != Operator::Between || upper.type() == key.type)) return {};
  return refuse("One or more parameter values were invalid: Condition parameter type does not match schema type");
}

Failure not_supported() { return refuse("Query key condition not supported"); }

}  // namespace

Result<KeyTerms> KeyTerms::of(const Condition& condition) {
  if (condition.always()) return refuse("Conditions can be of length 1 or 2 only");
  Reader reader(condition.bindings());
  TRY(reader.read(condition.ast()->condition));
  KeyTerms out{std::move(reader).take()};
  if (out.terms.size() > 2) return refuse("Conditions can be of length 1 or 2 only");
  return out;
}

Result<KeyCondition> KeyTerms::match(const item::KeySchema& keys) const {
  if (!keys.sort && terms.size() > 1) return not_supported();
  // Of a key attribute. nullptr: there is none, and there may be none.
  const auto find = [this](const item::KeyAttribute& key, bool required) -> Result<const Term*> {
    const auto found =
        std::find_if(terms.begin(), terms.end(), [&key](const Term& term) { return term.attribute == key.name; });
    if (found == terms.end()) {
      if (!required) return nullptr;
      return refuse("Query condition missed key schema element: " + key.name);
    }
    if (found->condition.op == Operator::NotIndexable) {
      return refuse("Attempted conditional constraint is not an indexable operation");
    }
    TRY(check_type(*found, key));
    return &*found;
  };
  const Term* partition = TRY(find(keys.partition, true));
  if (partition->condition.op != Operator::Equal) return not_supported();
  KeyCondition out{partition->condition.value, std::nullopt};
  if (!keys.sort) return out;
  const Term* sort = TRY(find(*keys.sort, terms.size() > 1));
  if (sort != nullptr) out.sort = sort->condition;
  return out;
}

}  // namespace orrery::expression
