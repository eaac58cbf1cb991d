#include "services/dynamodb/partiql/plan.h"

#include "services/dynamodb/partiql/translate.h"

#include <algorithm>

namespace orrery::dynamodb::partiql {
namespace {

using expression::KeyCondition;

Error wrong_type() {
  return validation_error(
      "One or more parameter values were invalid: Condition parameter type does not match schema type");
}

// A condition on the sort key, with the values that it looks at.
struct SortTerm {
  KeyCondition::Operator op = KeyCondition::Operator::Equal;
  item::Value value, upper;
};

// Some partitions, and perhaps a range of their sort values.
struct Branch {
  std::vector<item::Value> partitions;
  std::optional<SortTerm> sort;
  bool excludes_sort = false;  // says of the sort key what it is not
};
using Branches = std::vector<Branch>;

// A comparison of an attribute with a constant, the attribute on the left.
struct Term {
  Expr::Kind op;
  const Expr* attribute;
  const Expr* constant;
};

Expr::Kind mirrored(Expr::Kind op) {
  switch (op) {
    case Expr::Kind::Less:
      return Expr::Kind::Greater;
    case Expr::Kind::LessOrEqual:
      return Expr::Kind::GreaterOrEqual;
    case Expr::Kind::Greater:
      return Expr::Kind::Less;
    case Expr::Kind::GreaterOrEqual:
      return Expr::Kind::LessOrEqual;
    default:
      return op;
  }
}

std::optional<Term> term_of(const Expr& expr) {
  if (expr.kind < Expr::Kind::Equal || expr.kind > Expr::Kind::GreaterOrEqual) return std::nullopt;
  const Expr& left = expr.args[0];
  const Expr& right = expr.args[1];
  if (left.is_attribute() && right.is_constant()) return Term{expr.kind, &left, &right};
  if (right.is_attribute() && left.is_constant()) return Term{mirrored(expr.kind), &right, &left};
  return std::nullopt;
}

bool mentions(const Expr& expr, std::string_view attribute) {
  if (expr.kind == Expr::Kind::Path && expr.path[0].name == attribute) return true;
  return std::ranges::any_of(expr.args, [&](const Expr& arg) { return mentions(arg, attribute); });
}

class Planner {
 public:
  Planner(const item::KeySchema& keys, Parameters parameters) : keys_(keys), parameters_(parameters) {}

  // nullopt: some branch does not say which partitions it means.
  Result<std::optional<Branches>> branches(const Expr& where) {
    std::vector<const Expr*> alternatives;
    flatten(where, Expr::Kind::Or, alternatives);
    Branches out;
    for (const Expr* one : alternatives) {
      auto some = TRY(conjunction(*one));
      if (!some) return std::optional<Branches>();
      for (Branch& branch : *some) out.push_back(std::move(branch));
    }
    return std::optional<Branches>(std::move(out));
  }

 private:
  Result<std::optional<Branches>> conjunction(const Expr& expr) {
    std::vector<const Expr*> parts;
    flatten(expr, Expr::Kind::And, parts);
    Branch branch;
    for (const Expr* part : parts) {
      if (branch.partitions.empty()) branch.partitions = TRY(partitions(*part));
      if (!branch.sort && keys_.sort) branch.sort = TRY(sort_term(*part));
    }
    if (!branch.partitions.empty()) {
      branch.excludes_sort = !branch.sort && keys_.sort &&
                             std::ranges::any_of(parts, [&](const Expr* p) { return mentions(*p, keys_.sort->name); });
      Branches out;
      out.push_back(std::move(branch));
      return std::optional<Branches>(std::move(out));
    }
    // (pk = 'a' OR pk = 'b') AND …: the alternatives decide, the rest is the filter's.
    for (const Expr* part : parts) {
      if (part->kind != Expr::Kind::Or) continue;
      if (auto some = TRY(branches(*part))) return some;
    }
    return std::optional<Branches>();
  }

  Result<item::Value> key_value(const Expr& expr, item::Type type) {
    item::Value value = TRY(constant_of(expr, parameters_));
    if (value.type() != type) return fail(wrong_type());
    return value;
  }

  // Of pk = … and pk IN […]; none: the part says nothing of the kind.
  Result<std::vector<item::Value>> partitions(const Expr& part) {
    std::vector<item::Value> out;
    const item::KeyAttribute& key = keys_.partition;
    if (const auto term = term_of(part)) {
      if (term->op != Expr::Kind::Equal || !term->attribute->is_attribute(key.name)) return out;
      out.push_back(TRY(key_value(*term->constant, key.type)));
      return out;
    }
    if (part.kind != Expr::Kind::In || !part.args[0].is_attribute(key.name)) return out;
    const Expr& candidates = part.args[1];
    if (!std::ranges::all_of(candidates.args, &Expr::is_constant)) return out;
    if (candidates.kind == Expr::Kind::Parameter) {
      const item::ValueView list = parameters_[candidates.number];
      if (list.type() != item::Type::L) return out;
      for (const item::ValueView one : list.list()) {
        if (one.type() != key.type) return fail(wrong_type());
        out.emplace_back(one);
      }
    }
    for (const Expr& one : candidates.args) out.push_back(TRY(key_value(one, key.type)));
    return out;
  }

  Result<std::optional<SortTerm>> sort_term(const Expr& part) {
    std::optional<SortTerm> out;
    const item::KeyAttribute& key = *keys_.sort;
    if (const auto term = term_of(part)) {
      if (term->op == Expr::Kind::NotEqual || !term->attribute->is_attribute(key.name)) return out;
      out.emplace().op = operator_of(term->op);
      out->value = TRY(key_value(*term->constant, key.type));
      return out;
    }
    const bool about_key = !part.args.empty() && part.args[0].is_attribute(key.name);
    if (about_key && part.kind == Expr::Kind::Between && part.args[1].is_constant() && part.args[2].is_constant()) {
      out.emplace().op = KeyCondition::Operator::Between;
      out->value = TRY(key_value(part.args[1], key.type));
      out->upper = TRY(key_value(part.args[2], key.type));
    } else if (about_key && part.kind == Expr::Kind::Call && part.text == "begins_with" && part.args.size() == 2 &&
               part.args[1].is_constant() && key.type != item::Type::N) {
      out.emplace().op = KeyCondition::Operator::BeginsWith;
      out->value = TRY(key_value(part.args[1], key.type));
    }
    return out;
  }

  static KeyCondition::Operator operator_of(Expr::Kind kind) {
    switch (kind) {
      case Expr::Kind::Less:
        return KeyCondition::Operator::Less;
      case Expr::Kind::LessOrEqual:
        return KeyCondition::Operator::LessOrEqual;
      case Expr::Kind::Greater:
        return KeyCondition::Operator::Greater;
      case Expr::Kind::GreaterOrEqual:
        return KeyCondition::Operator::GreaterOrEqual;
      default:
        return KeyCondition::Operator::Equal;
    }
  }

  const item::KeySchema& keys_;
  Parameters parameters_;
};

// What is read of one partition.
struct Partition {
  item::Value value;
  struct Part {
    KeyRange range;
    std::size_t branch;
  };
  std::vector<Part> parts;
};

bool overlap(const KeyRange& a, const KeyRange& b) { return a.begin < b.end && b.begin < a.end; }

// The service refuses alternatives that meet on the sort key, unless one says what that is not, or all want the whole
// partition.
Result<> check_overlap(const Partition& partition, const Branches& branches) {
  for (std::size_t i = 0; i < partition.parts.size(); ++i) {
    for (std::size_t j = i + 1; j < partition.parts.size(); ++j) {
      const Branch& one = branches[partition.parts[i].branch];
      const Branch& two = branches[partition.parts[j].branch];
      if (&one == &two || one.excludes_sort || two.excludes_sort || (!one.sort && !two.sort)) continue;
      if (overlap(partition.parts[i].range, partition.parts[j].range)) {
        return fail(validation_error("Overlapping conditions with range keys are not supported in where clause"));
      }
    }
  }
  return {};
}

Result<std::vector<Partition>> partitions_of(const Branches& branches, const Source& source) {
  std::vector<Partition> out;
  for (std::size_t i = 0; i < branches.size(); ++i) {
    for (const item::Value& value : branches[i].partitions) {
      KeyCondition condition;
      condition.partition = value;
      if (const auto& sort = branches[i].sort) condition.sort = KeyCondition::Sort{sort->op, sort->value, sort->upper};
      auto found = std::ranges::find(out, value, &Partition::value);
      if (found == out.end()) found = out.insert(out.end(), Partition{value, {}});
      found->parts.push_back({TRY(range_of(source, condition)), i});
    }
  }
  for (const Partition& partition : out) TRY(check_overlap(partition, branches));
  return out;
}

// In order, those that meet made one.
void append_ranges(Partition& partition, Direction direction, std::vector<KeyRange>& out) {
  std::ranges::sort(partition.parts, {}, [](const Partition::Part& part) { return part.range.begin; });
  std::vector<KeyRange> merged;
  for (Partition::Part& part : partition.parts) {
    if (part.range.begin >= part.range.end) continue;
    if (!merged.empty() && part.range.begin <= merged.back().end) {
      merged.back().end = std::max(merged.back().end, part.range.end);
    } else {
      merged.push_back(std::move(part.range));
    }
  }
  if (direction == Direction::Reverse) std::ranges::reverse(merged);
  for (KeyRange& range : merged) out.push_back(std::move(range));
}

struct Order {
  std::optional<bool> partition_descending;
  Direction direction = Direction::Forward;
};

Result<Order> order_of(const Statement& statement, const item::KeySchema& keys, bool scans, std::size_t partitions) {
  Order out;
  if (statement.order.empty()) return out;
  if (!statement.where) {
    return fail(validation_error("Must have WHERE clause in the statement when using ORDER BY clause."));
  }
  if (scans) {
    return fail(validation_error(
        "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause."));
  }
  for (const OrderTerm& term : statement.order) {
    if (term.value.kind != Expr::Kind::Path) {
      return fail(validation_error("Argument to ORDER BY must be of type VariableReference. Type: Literal"));
    }
    if (term.value.is_attribute(keys.partition.name)) {
      out.partition_descending = term.descending;
    } else if (keys.sort && term.value.is_attribute(keys.sort->name)) {
      out.direction = term.descending ? Direction::Reverse : Direction::Forward;
    } else {
      return fail(validation_error("Variable reference " + term.value.path[0].name +
                                   " in ORDER BY clause must be part of the primary key"));
    }
  }
  if (partitions > 1 && !out.partition_descending) {
    return fail(validation_error(
        "Must have hash key in ORDER BY clause when more than one hash key condition specified in WHERE clause."));
  }
  return out;
}

}  // namespace

Result<Plan> plan_of(const Statement& statement, const Source& source, Parameters parameters) {
  Plan plan;
  std::optional<Branches> branches;
  if (statement.where) branches = TRY(Planner(source.keys(), parameters).branches(*statement.where));
  if (!branches) {
    plan.scans = true;
    plan.ranges.push_back(prefix_range(source.prefix()));
    TRY(order_of(statement, source.keys(), true, 0));
    return plan;
  }
  auto partitions = TRY(partitions_of(*branches, source));
  const Order order = TRY(order_of(statement, source.keys(), false, partitions.size()));
  plan.direction = order.direction;
  if (order.partition_descending) {
    std::ranges::stable_sort(partitions, {}, [](const Partition& one) { return item::sort_bytes(one.value); });
    if (*order.partition_descending) std::ranges::reverse(partitions);
  }
  for (Partition& partition : partitions) {
    append_ranges(partition, plan.direction, plan.ranges);
    plan.partitions.push_back(std::move(partition.value));
  }
  return plan;
}

Result<std::optional<ExactKey>> exact_key(const Statement& statement, const item::KeySchema& keys,
                                          Parameters parameters) {
  std::vector<const Expr*> parts;
  if (statement.where) flatten(*statement.where, Expr::Kind::And, parts);
  item::ItemBuilder key;
  ExactKey out;
  for (const Expr* part : parts) {
    const auto term = term_of(*part);
    const item::KeyAttribute* attribute = nullptr;
    if (term && term->op == Expr::Kind::Equal) {
      if (term->attribute->is_attribute(keys.partition.name)) attribute = &keys.partition;
      if (keys.sort && term->attribute->is_attribute(keys.sort->name)) attribute = &*keys.sort;
    }
    if (attribute == nullptr) {
      out.rest.push_back(part);
      continue;
    }
    if (key.contains(attribute->name)) {
      return fail(validation_error("Multiple conditions on same key " + attribute->name +
                                   ". Only single item Update/Insert/Delete are supported"));
    }
    const item::Value value = TRY(constant_of(*term->constant, parameters));
    if (value.type() != attribute->type) {
      return fail(validation_error("Key attribute's data type should match its data type in table's schema: Key " +
                                   attribute->name));
    }
    TRY(item::check_key_value(*attribute, value, attribute == &keys.partition));
    key.set(attribute->name, value);
  }
  const bool whole = key.contains(keys.partition.name) && (!keys.sort || key.contains(keys.sort->name));
  if (!whole) return std::optional<ExactKey>();
  out.key = key.build();
  return std::optional<ExactKey>(std::move(out));
}

}  // namespace orrery::dynamodb::partiql
