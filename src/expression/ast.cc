#include "expression/ast.h"

#include <array>

namespace orrery::expression {

std::string_view name_of(Role role) {
  constexpr std::array<std::string_view, 6> kNames = {"ConditionExpression",    "FilterExpression",
                                                      "KeyConditionExpression", "ProjectionExpression",
                                                      "UpdateExpression",       "AttributeUpdates"};
  return kNames[static_cast<std::size_t>(role)];
}

std::string_view spelling(Node::Kind kind) {
  constexpr std::array<std::string_view, 23> kNames = {"AND",
                                                       "OR",
                                                       "NOT",
                                                       "=",
                                                       "<>",
                                                       "<",
                                                       "<=",
                                                       ">",
                                                       ">=",
                                                       "BETWEEN",
                                                       "IN",
                                                       "attribute_exists",
                                                       "attribute_not_exists",
                                                       "attribute_type",
                                                       "begins_with",
                                                       "contains",
                                                       "reference",
                                                       "value",
                                                       "size",
                                                       "+",
                                                       "-",
                                                       "if_not_exists",
                                                       "list_append"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view name_of(UpdateAction::Verb verb) {
  constexpr std::array<std::string_view, 4> kNames = {"SET", "REMOVE", "ADD", "DELETE"};
  return kNames[static_cast<std::size_t>(verb)];
}

std::string path_text(const Path& path, const Bindings& bindings) {
  std::string out = "[";
  for (const PathStep& step : path) {
    if (out.size() > 1) out += ", ";
    if (step.is_index()) {
      out += '[' + std::to_string(step.index) + ']';
    } else {
      out += step.name_in(bindings);
    }
  }
  return out + ']';
}

}  // namespace orrery::expression
