#include "expression/placeholders.h"

#include "expression/lexer.h"
#include "expression/message.h"

#include <algorithm>

namespace orrery::expression {
namespace {

constexpr std::size_t kMaxKeyBytes = 255;

Result<> check_key(std::string_view map, const std::string& key, char first) {
  const std::string prefix = std::string(map) + " contains invalid key: ";
  if (key.size() > kMaxKeyBytes) {
    return refuse(prefix + "The expression attribute map contains a key that is too long; size of key: " +
                  std::to_string(key.size()));
  }
  if (!is_placeholder(key, first)) return refuse(prefix + "Syntax error; key: \"" + key + '"');
  return {};
}

void note_use(std::vector<const std::string*>& used, const std::string& key) {
  if (std::find(used.begin(), used.end(), &key) == used.end()) used.push_back(&key);
}

template <class Map>
Result<> check_all_used(std::string_view name, const Map* map, const std::vector<const std::string*>& used) {
  if (map == nullptr || map->size() == used.size()) return {};
  std::string unused;
  for (const auto& entry : *map) {
    if (std::find(used.begin(), used.end(), &entry.first) != used.end()) continue;
    if (!unused.empty()) unused += ", ";
    unused += entry.first;
  }
  return refuse("Value provided in " + std::string(name) + " unused in expressions: keys: {" + unused + '}');
}

}  // namespace

Placeholders::Placeholders(const Names* names, const Values* values) : names_(names), values_(values) {}

Result<> Placeholders::check(std::initializer_list<Expression> expressions) const {
  bool any = false;
  bool any_with_values = false;
  std::string with_values;  // their names
  std::size_t count = 0;
  for (const Expression& expression : expressions) {
    any |= expression.given;
    if (!expression.may_have_values) continue;
    any_with_values |= expression.given;
    if (!with_values.empty()) with_values += " and ";
    with_values += expression.parameter;
    ++count;
  }
  if (names_ != nullptr && !any) {
    return refuse("ExpressionAttributeNames can only be specified when using expressions");
  }
  if (values_ != nullptr && !any_with_values) {
    return refuse("ExpressionAttributeValues can only be specified when using expressions: " + with_values +
                  (count == 1 ? " is null" : " are null"));
  }
  if (names_ != nullptr) {
    if (names_->empty()) return refuse("ExpressionAttributeNames must not be empty");
    for (const auto& [key, name] : *names_) {
      TRY(check_key("ExpressionAttributeNames", key, '#'));
      if (!name.empty()) continue;
      return refuse("ExpressionAttributeNames contains invalid value: Empty attribute name for key " + key);
    }
  }
  if (values_ == nullptr) return {};
  if (values_->empty()) return refuse("ExpressionAttributeValues must not be empty");
  for (const auto& entry : *values_) TRY(check_key("ExpressionAttributeValues", entry.first, ':'));
  return {};
}

Result<> Placeholders::check_used() const {
  TRY(check_all_used("ExpressionAttributeNames", names_, used_names_));
  return check_all_used("ExpressionAttributeValues", values_, used_values_);
}

Placeholders::Bound Placeholders::bind(const Ast& ast) {
  Bound out;
  out.bindings.names.resize(ast.names.size());
  for (Slot slot = 0; slot < ast.names.size(); ++slot) {
    const auto found = names_ == nullptr ? Names::const_iterator() : names_->find(ast.names[slot]);
    if (names_ == nullptr || found == names_->end()) {
      out.undefined_names.push_back(slot);
    } else {
      out.bindings.names[slot] = found->second;
      note_use(used_names_, found->first);
    }
  }
  out.bindings.values.resize(ast.values.size());
  for (Slot slot = 0; slot < ast.values.size(); ++slot) {
    const auto found = values_ == nullptr ? Values::const_iterator() : values_->find(ast.values[slot]);
    if (values_ == nullptr || found == values_->end()) {
      out.undefined_values.push_back(slot);
    } else {
      out.bindings.values[slot] = found->second.view();
      note_use(used_values_, found->first);
    }
  }
  return out;
}

}  // namespace orrery::expression
