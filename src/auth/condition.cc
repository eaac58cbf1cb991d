#include "auth/condition.h"

#include "base/cidr.h"
#include "base/time.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace orrery::auth {
namespace {

struct Operator {
  std::string_view name;
  Condition::Test test;
  bool negated;
};

using Test = Condition::Test;
constexpr Operator kOperators[] = {
    {"StringEquals", Test::StringEquals, false},
    {"StringNotEquals", Test::StringEquals, true},
    {"StringEqualsIgnoreCase", Test::StringEqualsIgnoreCase, false},
    {"StringNotEqualsIgnoreCase", Test::StringEqualsIgnoreCase, true},
    {"StringLike", Test::StringLike, false},
    {"StringNotLike", Test::StringLike, true},
    {"NumericEquals", Test::NumericEquals, false},
    {"NumericNotEquals", Test::NumericEquals, true},
    {"NumericLessThan", Test::NumericLessThan, false},
    {"NumericLessThanEquals", Test::NumericLessThanEquals, false},
    {"NumericGreaterThan", Test::NumericGreaterThan, false},
    {"NumericGreaterThanEquals", Test::NumericGreaterThanEquals, false},
    {"DateEquals", Test::DateEquals, false},
    {"DateNotEquals", Test::DateEquals, true},
    {"DateLessThan", Test::DateLessThan, false},
    {"DateLessThanEquals", Test::DateLessThanEquals, false},
    {"DateGreaterThan", Test::DateGreaterThan, false},
    {"DateGreaterThanEquals", Test::DateGreaterThanEquals, false},
    {"Bool", Test::Bool, false},
    {"BinaryEquals", Test::BinaryEquals, false},
    {"IpAddress", Test::IpAddress, false},
    {"NotIpAddress", Test::IpAddress, true},
    {"ArnEquals", Test::ArnLike, false},
    {"ArnLike", Test::ArnLike, false},
    {"ArnNotEquals", Test::ArnLike, true},
    {"ArnNotLike", Test::ArnLike, true},
    {"Null", Test::Null, false},
};

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

std::optional<double> number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// ISO 8601, or seconds since the epoch; as milliseconds.
std::optional<double> date(std::string_view text) {
  if (const auto at = parse_iso8601(text)) return static_cast<double>(epoch_ms(*at));
  const auto seconds = number(text);
  if (!seconds) return std::nullopt;
  return *seconds * 1000;
}

bool compare(Test test, double value, double limit) {
  switch (test) {
    case Test::NumericEquals:
    case Test::DateEquals:
      return value == limit;
    case Test::NumericLessThan:
    case Test::DateLessThan:
      return value < limit;
    case Test::NumericLessThanEquals:
    case Test::DateLessThanEquals:
      return value <= limit;
    case Test::NumericGreaterThan:
    case Test::DateGreaterThan:
      return value > limit;
    default:
      return value >= limit;
  }
}

bool address_in(std::string_view value, std::string_view block) {
  const auto address = IpAddress::parse(value);
  const auto cidr = Cidr::parse(block);
  return address && cidr && cidr->contains(*address);
}

bool matches_one(Test test, std::string_view value, const Pattern& pattern, const KeySource& keys) {
  if (test == Test::StringEquals || test == Test::StringLike || test == Test::BinaryEquals) {
    return pattern.matches(value, keys);
  }
  if (test == Test::StringEqualsIgnoreCase || test == Test::Bool) return pattern.matches(lower(value), keys);
  if (test == Test::ArnLike) return pattern.matches_arn(value, keys);
  const auto wanted = pattern.expand(keys);
  if (!wanted) return false;
  if (test == Test::IpAddress) return address_in(value, *wanted);
  const bool dates = test >= Test::DateEquals && test <= Test::DateGreaterThanEquals;
  const auto left = dates ? date(value) : number(value);
  const auto right = dates ? date(*wanted) : number(*wanted);
  return left && right && compare(test, *left, *right);
}

// One value of the key against all values of the policy: they are alternatives; for a negated operator none may match.
bool satisfies(const Condition& condition, std::string_view value, const KeySource& keys) {
  const bool any = std::any_of(condition.values.begin(), condition.values.end(), [&](const Pattern& pattern) {
    return matches_one(condition.test, value, pattern, keys);
  });
  return any != condition.negated;
}

bool null_holds(const Condition& condition, bool present, const KeySource& keys) {
  return std::any_of(condition.values.begin(), condition.values.end(),
                     [&](const Pattern& pattern) { return pattern.matches(present ? "false" : "true", keys); });
}

}  // namespace

std::optional<Condition> parse_operator(std::string_view name) {
  const std::string text = lower(name);
  std::string_view rest = text;
  Condition out;
  const auto eat_prefix = [&](std::string_view prefix) {
    if (!rest.starts_with(prefix)) return false;
    rest.remove_prefix(prefix.size());
    return true;
  };
  if (eat_prefix("foranyvalue:")) {
    out.set = Condition::Set::ForAnyValue;
  } else if (eat_prefix("forallvalues:")) {
    out.set = Condition::Set::ForAllValues;
  }
  if (rest.ends_with("ifexists")) {
    out.if_exists = true;
    rest.remove_suffix(8);
  }
  for (const Operator& known : kOperators) {
    if (rest != lower(known.name)) continue;
    if (known.test == Test::Null && out.if_exists) return std::nullopt;  // "except Null": it asks for existence itself
    out.test = known.test;
    out.negated = known.negated;
    return out;
  }
  return std::nullopt;
}

std::string operator_name(const Condition& condition) {
  std::string out;
  if (condition.set == Condition::Set::ForAnyValue) out = "ForAnyValue:";
  if (condition.set == Condition::Set::ForAllValues) out = "ForAllValues:";
  for (const Operator& known : kOperators) {
    if (known.test != condition.test || known.negated != condition.negated) continue;
    out += known.name;
    break;
  }
  return condition.if_exists ? out + "IfExists" : out;
}

bool holds(const Condition& condition, const KeySource& keys) {
  const KeyValues found = keys.values(condition.key);
  const bool present = found.present && (found.many == nullptr || !found.many->empty());
  if (condition.test == Test::Null) return null_holds(condition, present, keys);
  if (!present) {
    // Absent key: "the values do not match and the condition is false. If the policy condition requires that the key is
    // not matched […] the condition is true"; ForAllValues is true, ForAnyValue false, of an empty set.
    if (condition.if_exists || condition.set == Condition::Set::ForAllValues) return true;
    return condition.negated && condition.set == Condition::Set::Single;
  }
  if (found.many == nullptr) return satisfies(condition, found.one, keys);
  const auto ok = [&](const std::string& value) { return satisfies(condition, value, keys); };
  const bool all =
      condition.set == Condition::Set::ForAllValues || (condition.set == Condition::Set::Single && condition.negated);
  return all ? std::all_of(found.many->begin(), found.many->end(), ok)
             : std::any_of(found.many->begin(), found.many->end(), ok);
}

}  // namespace orrery::auth
