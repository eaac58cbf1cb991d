#include "services/logs/patterns/space_pattern.h"

#include <algorithm>

namespace orrery::logs::filter {
namespace {

constexpr std::string_view kFieldStops = "(),]&|";

// name = value; the name is the column's in each of its conditions.
Result<> condition(Scanner& scanner, std::string& column, ColumnTest& leaf) {
  scanner.skip_space();
  const std::string name = scanner.take_name();
  if (!column.empty() && !name.empty() && name != column) {
    return invalid_pattern("a column has one name, not '" + column + "' and '" + name + "'.");
  }
  if (column.empty()) column = name;
  const auto test = TRY(scanner.take_comparison(kFieldStops, leaf.operand));
  if (!test) return invalid_pattern("a comparison is missing after '" + name + "'.");
  leaf.test = *test;
  return {};
}

// A name alone, nothing, or conditions.
Result<Column> column(Scanner& scanner) {
  Column column;
  scanner.skip_space();
  const std::string_view before = scanner.rest();
  column.name = scanner.take_name();
  if (scanner.at_end() || scanner.peek(",")) return column;
  scanner.rest() = before;
  column.name.clear();
  column.condition = TRY(parse_either<ColumnTest>(
      scanner, [&](Scanner& inner, ColumnTest& leaf) { return condition(inner, column.name, leaf); }, 0));
  return column;
}

bool test_holds(const ColumnTest& leaf, std::string_view field) {
  if (leaf.test == Test::Equal) return leaf.operand.equals(field);
  if (leaf.test == Test::NotEqual) return !leaf.operand.equals(field);
  const auto number = as_number(field);
  return number && ordered(leaf.test, *number, *leaf.operand.number);
}

}  // namespace

Result<SpacePattern> SpacePattern::parse(std::string_view text) {
  SpacePattern pattern;
  Scanner scanner(text);
  if (scanner.at_end()) return pattern;
  do {
    if (!scanner.take("...")) {
      Column next = TRY(column(scanner));
      pattern.columns.push_back(std::move(next));
      continue;
    }
    if (pattern.ellipsis) return invalid_pattern("there can be one ellipsis only.");
    pattern.ellipsis = pattern.columns.size();
  } while (scanner.take(","));
  if (!scanner.at_end()) return invalid_pattern("unexpected '" + std::string(scanner.rest().substr(0, 20)) + "'.");
  pattern.regexes = scanner.regexes();
  return pattern;
}

std::vector<std::string_view> SpacePattern::fields(std::string_view message) {
  std::vector<std::string_view> fields;
  for (std::size_t at = message.find_first_not_of(kSpace); at < message.size();
       at = message.find_first_not_of(kSpace, at)) {
    const char closing = message[at] == '[' ? ']' : message[at] == '"' ? '"' : '\0';
    const std::size_t end = closing == '\0' ? std::string_view::npos : message.find(closing, at + 1);
    if (end != std::string_view::npos) {
      fields.push_back(message.substr(at + 1, end - at - 1));
      at = end + 1;
      continue;
    }
    const std::size_t stop = std::min(message.find_first_of(kSpace, at), message.size());
    fields.push_back(message.substr(at, stop - at));
    at = stop;
  }
  return fields;
}

std::size_t SpacePattern::column_of(std::size_t field, std::size_t fields) const {
  if (!ellipsis || field < *ellipsis) return field;
  const std::size_t after = columns.size() - *ellipsis;
  const std::size_t left = fields - field;  // of them, this one included
  return left <= after ? columns.size() - left : columns.size();
}

bool SpacePattern::holds(const std::vector<std::string_view>& fields) const {
  if (columns.empty()) return true;
  if (ellipsis ? fields.size() < columns.size() : fields.size() != columns.size()) return false;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::size_t at = column_of(i, fields.size());
    if (at == columns.size() || columns[at].condition == nullptr) continue;
    const auto holds = [&](const ColumnTest& leaf) { return test_holds(leaf, fields[i]); };
    if (!tree_holds(*columns[at].condition, holds)) return false;
  }
  return true;
}

std::map<std::string, std::string> SpacePattern::values(const std::vector<std::string_view>& fields) const {
  std::map<std::string, std::string> values;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::size_t at = columns.empty() ? 0 : column_of(i, fields.size());
    const bool named = at < columns.size() && !columns[at].name.empty();
    values["$" + (named ? columns[at].name : std::to_string(i + 1))] = fields[i];
  }
  return values;
}

}  // namespace orrery::logs::filter
