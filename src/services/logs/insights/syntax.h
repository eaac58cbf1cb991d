// A query as the parser gives it: commands, and the expressions in them.
#pragma once

#include "base/result.h"
#include "services/logs/insights/value.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace orrery::logs::insights {

struct Function;
struct Aggregation;

enum class Operator : std::uint8_t {
  Or,
  And,
  Not,
  Equal,
  NotEqual,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  Like,     // the right side's text is somewhere in the left one's
  Matches,  // the regular expression is
  In,
  Add,
  Subtract,
  Multiply,
  Divide,
  Remainder,
  Power,
  Negate,
};

// A span of time, in milliseconds or, of the calendar, in months.
struct Period {
  std::int64_t ms = 0;
  std::int64_t months = 0;
  bool weeks = false;  // a multiple of weeks, which begin on Mondays
};

struct Expression {
  enum class Kind : std::uint8_t { Literal, Field, Operation, Call, Aggregate, Period } kind = Kind::Literal;
  std::size_t begin = 0, end = 0;  // in the query
  Value literal;
  std::string field;
  Operator operation = Operator::Or;
  bool negated = false;                      // not like, not in
  std::vector<Expression> parts;             // operands, arguments
  std::shared_ptr<const re2::RE2> regex;     // of Matches
  const Function* function = nullptr;        // of Call
  const Aggregation* aggregation = nullptr;  // of Aggregate; without parts: of whole events
  std::size_t slot = 0;                      // of Aggregate: which of its command's
  Period period;
};

struct Named {
  std::string name;
  Expression expression;
};

struct Command {
  enum class Kind : std::uint8_t { Fields, Display, Filter, Stats, Sort, Limit, Parse, Dedup } kind = Kind::Fields;
  std::vector<Named> items;            // of fields, display, stats (its results), dedup, sort
  std::vector<bool> descending;        // of sort, one an item
  std::vector<Named> by;               // of stats
  std::vector<Expression> aggregates;  // of stats: each use of an aggregation, in the order of slots
  Expression condition;                // of filter; of parse: what is parsed
  std::int64_t limit = 0;
  std::shared_ptr<const re2::RE2> regex;  // of parse
  std::vector<std::string> names;         // of parse: of the expression's groups
};

struct Query {
  std::string text;
  std::vector<Command> commands;
};

// Error: MalformedQueryException.
Result<Query> parse_query(std::string_view text);
// nullopt: not a period.
std::optional<Period> parse_period(std::string_view text);

inline constexpr std::int64_t kDefaultLimit = 10'000;
inline constexpr std::int64_t kMostRows = 100'000;

}  // namespace orrery::logs::insights
