// Values of the query language: what fields hold and expressions give.
#pragma once

#include "base/json.h"
#include "base/time.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace orrery::logs::insights {

using JsonPtr = std::shared_ptr<const json::value>;  // a map or a list

// monostate: the field is not there. A string_view borrows from the event or from the query; see owned().
using Value = std::variant<std::monostate, double, bool, Instant, std::string_view, std::string, JsonPtr>;

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline bool is_null(const Value& value) { return value.index() == 0; }
bool truthy(const Value& value);

// Without conversion: of texts only.
std::optional<std::string_view> text_in(const Value& value);
// Numbers, true as 1, times as epoch milliseconds, texts that are a whole number or a decimal.
std::optional<double> number_in(const Value& value);
std::optional<double> parse_number(std::string_view text);

// As results show it: computed numbers with at most four decimals, times as "2026-03-01 12:00:00.000", true as 1.
std::string shown(const Value& value);
std::string shown_number(double number);
std::string shown_time(Instant time);

// A copy that borrows nothing.
Value owned(Value value);
// Of a JSON document's member: numbers, texts, booleans, maps and lists; null is as if it were not there. Borrows from
// `document`, which keeps the member alive.
Value from_json(const json::value& member, const JsonPtr& document);
// The member at a dotted path ("items.0.name"); keys may have dots themselves. nullptr: there is none.
const json::value* member_at(const json::value& document, std::string_view path);

// -1, 0, 1; nullopt: they cannot be compared. Numbers by size, also when one side is text; texts by bytes.
std::optional<int> compare(const Value& a, const Value& b);
bool equal(const Value& a, const Value& b);
// The order of `sort`, ascending: what is not there, then texts that are no numbers by natural order, then numbers
// (docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Sort.html).
int sort_order(const Value& a, const Value& b);

// Bytes that it takes in memory, roughly.
std::size_t memory_of(const Value& value);

}  // namespace orrery::logs::insights
