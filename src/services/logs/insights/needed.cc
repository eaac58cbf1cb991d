#include "services/logs/insights/needed.h"

#include <algorithm>

#include <re2/re2.h>

namespace orrery::logs::insights {
namespace {

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view(" _-/:=,;@\"'").find(c) != std::string_view::npos;
}

// The text that is looked for in the message, for `@message like "text"` and /text/.
std::optional<std::string> text_sought(const Expression& expression) {
  if (expression.kind != Expression::Kind::Operation || expression.negated || expression.parts.empty()) return {};
  const Expression& left = expression.parts[0];
  if (left.kind != Expression::Kind::Field || left.field != "@message") return {};
  if (expression.operation == Operator::Like && expression.parts[1].kind == Expression::Kind::Literal) {
    if (const auto text = text_in(expression.parts[1].literal)) return std::string(*text);
  }
  if (expression.operation == Operator::Matches && expression.regex->options().case_sensitive() &&
      std::ranges::all_of(expression.regex->pattern(), is_plain)) {
    return expression.regex->pattern();
  }
  return {};
}

// What holds of every message for which the expression does.
NeededText needed_by(const Expression& expression) {
  NeededText needed;
  if (auto text = text_sought(expression)) {
    needed.clauses.push_back({*std::move(text)});
    return needed;
  }
  if (expression.kind != Expression::Kind::Operation) return needed;
  if (expression.operation == Operator::And) {
    for (const Expression& part : expression.parts) {
      for (auto& clause : needed_by(part).clauses) needed.clauses.push_back(std::move(clause));
    }
  }
  if (expression.operation == Operator::Or) {
    std::vector<std::string> either;
    for (const Expression& part : expression.parts) {
      NeededText one = needed_by(part);
      if (one.empty()) return {};
      either.insert(either.end(), one.clauses[0].begin(), one.clauses[0].end());
    }
    needed.clauses.push_back(std::move(either));
  }
  return needed;
}

// Whether the command leaves each row where it is, and its message what it is.
bool keeps_messages(const Command& command) {
  const auto is_message = [](const std::string& name) { return name == "@message"; };
  if (command.kind == Command::Kind::Parse) return std::ranges::none_of(command.names, is_message);
  if (command.kind != Command::Kind::Fields && command.kind != Command::Kind::Display) return false;
  return std::ranges::none_of(
      command.items, [&](const Named& item) { return is_message(item.name) && item.expression.field != "@message"; });
}

}  // namespace

NeededText needed_text(const Query& query) {
  NeededText needed;
  for (const Command& command : query.commands) {
    if (command.kind == Command::Kind::Filter) {
      for (auto& clause : needed_by(command.condition).clauses) needed.clauses.push_back(std::move(clause));
    } else if (!keeps_messages(command)) {
      break;
    }
  }
  return needed;
}

}  // namespace orrery::logs::insights
