// The functions and aggregations of the query language, by name.
#pragma once

#include "services/logs/insights/row.h"
#include "services/logs/insights/syntax.h"

#include <span>
#include <string_view>

namespace orrery::logs::insights {

struct Context {
  const Row& row;
  Instant started;  // when the query began: now()
};

inline constexpr std::size_t kAny = 64;  // arguments

// docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html
struct Function {
  std::string_view name;    // lower case
  std::size_t least, most;  // arguments
  Value (*call)(std::span<const Value> arguments, const Context& context);
  // Which argument is a period; most: none.
  std::size_t period_at = static_cast<std::size_t>(-1);
  Value (*round)(Instant time, const Period& period) = nullptr;  // instead of `call` where there is a period
};

// nullptr: there is none of that name, in whatever case.
const Function* find_function(std::string_view name);

// Of each family.
std::span<const Function> number_functions();
std::span<const Function> text_functions();
std::span<const Function> date_functions();
std::span<const Function> other_functions();

std::string lower_case(std::string_view text);

}  // namespace orrery::logs::insights
