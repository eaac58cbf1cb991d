#include "expression/check.h"

#include "expression/evaluate.h"
#include "expression/message.h"
#include "expression/parse.h"
#include "expression/paths.h"

#include <algorithm>
#include <optional>

namespace orrery::expression {
namespace {

using item::Type;
using Kind = Node::Kind;

// As messages print a set of types: in the service's own order.
constexpr std::string_view kAllTypes = "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}";
constexpr std::string_view kValidTypes = "{N,BS,L,B,NULL,M,S,SS,NS,BOOL}";

bool is_ordered(Type type) { return type == Type::S || type == Type::N || type == Type::B; }
bool is_set(Type type) { return type == Type::SS || type == Type::NS || type == Type::BS; }
bool has_size(Type type) { return type != Type::N && type != Type::BOOL && type != Type::NULL_; }
bool is_text(Type type) { return type == Type::S || type == Type::B; }
bool is_number(Type type) { return type == Type::N; }
bool is_list(Type type) { return type == Type::L; }

// In the message of ADD and DELETE.
std::string_view long_name(Type type) {
  switch (type) {
    case Type::S:
      return "STRING";
    case Type::N:
      return "NUMBER";
    case Type::B:
      return "BINARY";
    case Type::L:
      return "LIST";
    case Type::M:
      return "MAP";
    default:
      return name_of(type);
  }
}

// "AttributeValue: {N:5}"
std::string bound_text(item::ValueView value) {
  std::string out = "AttributeValue: {" + std::string(name_of(value.type())) + ':';
  switch (value.type()) {
    case Type::S:
      out += value.string();
      break;
    case Type::N:
      out += value.number_text();
      break;
    default: {
      const std::string size = std::to_string(value.binary().size());
      out += "java.nio.HeapByteBuffer[pos=0 lim=" + size + " cap=" + size + ']';
      break;
    }
  }
  return out + '}';
}

class Checker {
 public:
  Checker(const Ast& ast, const Placeholders::Bound& bound) : ast_(ast), bound_(bound) {}

  Result<> node(const Node& node);
  Result<> path(const Path& path);
  Result<> names(const Path& path);
  Result<> names(const Node& node);
  Result<> add_or_delete(const UpdateAction& action);

 private:
  Failure wrong(std::string_view what) const { return invalid(ast_.role, what); }
  Result<> value(Slot slot);
  Result<> operands(const Node& node);
  Result<> between(const Node& node);
  Result<> attribute_type(const Node& node);
  Result<> distinct(const Node& node);
  Result<> needs_path(const Node& node);
  Result<> count(const Node& node, std::size_t operands);
  template <class Allowed>
  Result<> types(const Node& node, Allowed allowed);

  // What is known without an item.
  std::optional<Type> type_of(const Node& node) const {
    if (node.is_value()) return bound_.bindings.values[node.slot].type();
    if (node.kind == Kind::Size) return Type::N;
    return std::nullopt;
  }
  Failure wrong_type(const Node& node, std::string_view type) const {
    return wrong("Incorrect operand type for operator or function; operator or function: " +
                 std::string(spelling(node.kind)) + ", operand type: " + std::string(type));
  }

  const Ast& ast_;
  const Placeholders::Bound& bound_;
};

Result<> Checker::names(const Path& path) {
  if (bound_.undefined_names.empty()) return {};
  for (const PathStep& step : path) {
    if (step.kind != PathStep::Kind::NameSlot) continue;
    const auto& undefined = bound_.undefined_names;
    if (std::find(undefined.begin(), undefined.end(), step.index) == undefined.end()) continue;
    return wrong("An expression attribute name used in the document path is not defined; attribute name: " +
                 ast_.names[step.index]);
  }
  return {};
}

Result<> Checker::names(const Node& node) {
  if (bound_.undefined_names.empty()) return {};
  TRY(names(node.path));
  for (const Node& arg : node.args) TRY(names(arg));
  return {};
}

Result<> Checker::path(const Path& path) {
  TRY(names(path));
  if (path.size() <= kMaxPathSteps) return {};
  return wrong("The document path has too many nesting levels; nesting levels: " + std::to_string(path.size()));
}

Result<> Checker::value(Slot slot) {
  const auto& undefined = bound_.undefined_values;
  if (std::find(undefined.begin(), undefined.end(), slot) == undefined.end()) return {};
  return wrong("An expression attribute value used in expression is not defined; attribute value: " +
               ast_.values[slot]);
}

Result<> Checker::node(const Node& node) {
  if (node.is_path()) return path(node.path);
  if (node.is_value()) return value(node.slot);
  for (const Node& arg : node.args) TRY(this->node(arg));
  return operands(node);
}

// The operator itself; its operands are good.
Result<> Checker::operands(const Node& node) {
  switch (node.kind) {
    case Kind::Equal:
    case Kind::NotEqual:
    case Kind::Contains:
      return distinct(node);
    case Kind::Less:
    case Kind::LessOrEqual:
    case Kind::Greater:
    case Kind::GreaterOrEqual:
      TRY(distinct(node));
      return types(node, is_ordered);
    case Kind::Between:
      return between(node);
    case Kind::In:
      if (node.args.size() > kMaxInOperands + 1) {
        return wrong("The IN operator is provided with too many operands; number of operands: " +
                     std::to_string(node.args.size() - 1));
      }
      return distinct(node);
    case Kind::AttributeExists:
    case Kind::AttributeNotExists:
      return needs_path(node);
    case Kind::AttributeType:
      return attribute_type(node);
    case Kind::BeginsWith:
      TRY(distinct(node));
      return types(node, is_text);
    case Kind::Size:
      return types(node, has_size);
    case Kind::Plus:
    case Kind::Minus:
      return types(node, is_number);
    case Kind::IfNotExists:
      TRY(count(node, 2));
      TRY(needs_path(node));
      return distinct(node);
    case Kind::ListAppend:
      TRY(count(node, 2));
      return types(node, is_list);
    default:
      return {};
  }
}

template <class Allowed>
Result<> Checker::types(const Node& node, Allowed allowed) {
  for (const Node& arg : node.args) {
    const std::optional<Type> type = type_of(arg);
    if (type && !allowed(*type)) return wrong_type(node, name_of(*type));
  }
  return {};
}

Result<> Checker::distinct(const Node& node) {
  const Node& first = node.args.front();
  if (!first.is_path()) return {};
  for (auto other = node.args.begin() + 1; other != node.args.end(); ++other) {
    if (!other->is_path() || !same_path(first.path, other->path, bound_.bindings)) continue;
    return wrong(
        "The first operand must be distinct from the remaining operands for this operator or function; "
        "operator: " +
        std::string(spelling(node.kind)) + ", first operand: " + path_text(first.path, bound_.bindings));
  }
  return {};
}

Result<> Checker::needs_path(const Node& node) {
  if (node.args.front().is_path()) return {};
  return wrong("Operator or function requires a document path; operator or function: " +
               std::string(spelling(node.kind)));
}

Result<> Checker::count(const Node& node, std::size_t operands) {
  if (node.args.size() == operands) return {};
  return wrong("Incorrect number of operands for operator or function; operator or function: " +
               std::string(spelling(node.kind)) + ", number of operands: " + std::to_string(node.args.size()));
}

Result<> Checker::between(const Node& node) {
  TRY(distinct(node));
  TRY(types(node, is_ordered));
  if (!node.args[1].is_value() || !node.args[2].is_value()) return {};
  const item::ValueView lower = bound_.bindings.values[node.args[1].slot];
  const item::ValueView upper = bound_.bindings.values[node.args[2].slot];
  const bool same_type = lower.type() == upper.type();
  if (same_type && compare(lower, upper) != std::strong_ordering::greater) return {};
  return wrong("The BETWEEN operator requires " +
               std::string(same_type ? "upper bound to be greater than or equal to lower bound"
                                     : "same data type for lower and upper bounds") +
               "; lower bound operand: " + bound_text(lower) + ", upper bound operand: " + bound_text(upper));
}

Result<> Checker::attribute_type(const Node& node) {
  TRY(needs_path(node));
  TRY(distinct(node));
  const Node& wanted = node.args[1];
  const std::optional<Type> type = type_of(wanted);
  if (!type) return wrong_type(node, kAllTypes);
  if (*type != Type::S) return wrong_type(node, name_of(*type));
  const std::string_view name = bound_.bindings.values[wanted.slot].string();
  for (std::uint8_t i = 0; i <= static_cast<std::uint8_t>(Type::BS); ++i) {
    if (name == name_of(static_cast<Type>(i))) return {};
  }
  return wrong("Invalid attribute type name found; type: " + std::string(name) +
               ", valid types: " + std::string(kValidTypes));
}

Result<> Checker::add_or_delete(const UpdateAction& action) {
  const bool add = action.verb == UpdateAction::Verb::Add;
  if (!add && action.verb != UpdateAction::Verb::Delete) return {};
  const Type type = bound_.bindings.values[action.operand.slot].type();
  if (is_set(type) || (add && type == Type::N)) return {};
  // DELETE too is told the types of ADD.
  return wrong("Incorrect operand type for operator or function; operator: " + std::string(name_of(action.verb)) +
               ", operand type: " + std::string(long_name(type)) + ", typeSet: ALLOWED_FOR_ADD_OPERAND");
}

}  // namespace

Result<> check_condition(const Ast& ast, const Placeholders::Bound& bound) {
  return Checker(ast, bound).node(ast.condition);
}

Result<> check_projection(const Ast& ast, const Placeholders::Bound& bound) {
  Checker checker(ast, bound);
  std::vector<const Path*> paths;
  for (const Path& path : ast.paths) {
    TRY(checker.path(path));
    paths.push_back(&path);
  }
  return check_apart(ast.role, paths, bound.bindings);
}

Result<> check_update(const Ast& ast, const Placeholders::Bound& bound) {
  Checker checker(ast, bound);
  std::vector<const Path*> paths;
  for (const UpdateAction& action : ast.actions) {
    TRY(checker.names(action.path));
    paths.push_back(&action.path);
  }
  TRY(check_apart(ast.role, paths, bound.bindings));
  for (auto action = ast.actions.rbegin(); action != ast.actions.rend(); ++action) {
    TRY(checker.names(action->operand));
  }
  for (auto action = ast.actions.rbegin(); action != ast.actions.rend(); ++action) {
    TRY(checker.path(action->path));
    if (action->verb == UpdateAction::Verb::Remove) continue;
    TRY(checker.node(action->operand));
    TRY(checker.add_or_delete(*action));
  }
  return {};
}

}  // namespace orrery::expression
