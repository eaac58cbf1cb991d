// From ComparisonOperators to trees: for the .cc files of the legacy parameters.
#pragma once

#include "base/result.h"
#include "expression/condition.h"
#include "expression/key_condition.h"
#include "expression/message.h"

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::expression::legacy::internal {

inline Failure bad_value(const std::string& what) {
  return refuse("One or more parameter values were invalid: " + what);
}

// Of an operator's values: how many, all of one type, which one, and the order of BETWEEN's. Error:
// ValidationException.
Result<> check_values(std::string_view op, const std::vector<item::ValueView>& values);

// NotIndexable for what a key cannot be asked.
KeyCondition::Operator key_operator(std::string_view op);

// Collects conditions on whole attributes.
class Maker {
 public:
  void add(Node::Kind kind, std::string_view attribute, std::initializer_list<item::ValueView> values) {
    conditions_.push_back(node(kind, attribute, {values.begin(), values.size()}));
  }
  Result<> add_comparison(std::string_view attribute, std::string_view op, const std::vector<item::ValueView>& values);
  Condition make(bool any) &&;

 private:
  Node node(Node::Kind kind, std::string_view attribute, std::span<const item::ValueView> values);

  std::vector<Node> conditions_;
  Bindings bindings_;
};

}  // namespace orrery::expression::legacy::internal
