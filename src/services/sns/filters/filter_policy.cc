#include "services/sns/filters/filter_policy.h"

#include "services/sns/operations.h"

#include <algorithm>
#include <charconv>

namespace orrery::sns {
namespace {

constexpr std::size_t kMostBytes = std::size_t{256} * 1024;
constexpr std::size_t kMostKeys = 5;
constexpr std::size_t kMostCombinations = 150;
constexpr std::size_t kCached = 4096;

// Checks in the order, and in the words, in which the real service does. What passes is compiled as an event pattern.
class Checker {
 public:
  Checker(FilterScope scope, std::string_view place) : scope_(scope), place_(place) {}

  Result<> check(const json::object& policy) const {
    const std::size_t combinations = TRY(object(policy, 1, 1));
    if (keys_of(policy) > kMostKeys) return wrong("FilterPolicy: Filter policy can not have more than 5 keys");
    if (combinations > kMostCombinations) return wrong("FilterPolicy: Filter policy is too complex");
    return {};
  }

  Failure wrong(const std::string& why) const { return fail(invalid_parameter(std::string(place_) + why)); }

 private:
  // "For a nested policy, only parent keys are counted."
  static std::size_t keys_of(const json::object& policy) {
    std::size_t keys = 0;
    for (const auto& [name, value] : policy) {
      if (name != "$or" || !value.is_array()) {
        ++keys;
        continue;
      }
      for (const json::value& one : value.get_array()) keys += one.is_object() ? keys_of(one.get_object()) : 0;
    }
    return keys;
  }

  // The combinations so far times those of the object: "multiply the number of values in each array", each by its
  // depth (docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html).
  Result<std::size_t> object(const json::object& policy, std::size_t depth, std::size_t combinations) const {
    if (scope_ == FilterScope::OfAttributes && depth > 1) {
      return wrong("Filter policy scope MessageAttributes does not support nested filter policy");
    }
    for (const auto& [key, value] : policy) {
      const std::string name(key);
      if (value.is_object()) {
        combinations = TRY(object(value.get_object(), depth + 1, combinations));
      } else if (!value.is_array()) {
        return wrong("FilterPolicy: \"" + name + "\" must be an object or an array");
      } else if (name == "$or") {
        combinations = TRY(alternatives(value.get_array(), depth, combinations));
      } else {
        if (value.get_array().empty()) return wrong("FilterPolicy: Empty arrays are not allowed");
        for (const json::value& rule : value.get_array()) TRY(check_rule(rule));
        combinations = bounded(combinations * value.get_array().size() * depth);
      }
    }
    return combinations;
  }

  Result<std::size_t> alternatives(const json::array& all, std::size_t depth, std::size_t combinations) const {
    if (all.size() < 2) return wrong("FilterPolicy: There must have at least 2 Objects in $or relationship.");
    std::size_t sum = 0;
    for (const json::value& one : all) {
      if (!one.is_object()) return wrong("FilterPolicy: Only JSON object is allowed in array of $or relationship.");
      sum = bounded(sum + TRY(object(one.get_object(), depth, combinations)));
    }
    return sum;
  }

  static std::size_t bounded(std::size_t combinations) { return std::min(combinations, kMostCombinations + 1); }

  Result<> check_rule(const json::value& rule) const {
    if (rule.is_array()) return wrong("FilterPolicy: Match value must be String, number, true, false, or null");
    if (!rule.is_object()) return {};
    const json::object& object = rule.get_object();
    if (object.size() != 1) return wrong("FilterPolicy: Only one key allowed in match expression");
    const std::string name(object.begin()->key());
    const json::value& value = object.begin()->value();
    if (name == "prefix" || name == "suffix" || name == "equals-ignore-case" || name == "wildcard") {
      return value.is_string() ? Result<>() : wrong("FilterPolicy: " + name + " match pattern must be a string");
    }
    if (name == "exists") {
      return value.is_bool() ? Result<>() : wrong("FilterPolicy: exists match pattern must be either true or false.");
    }
    if (name == "numeric") return numeric(value);
    if (name == "anything-but") return anything_but(value);
    if (name == "cidr")
      return value.is_string() ? Result<>() : wrong("FilterPolicy: prefix match pattern must be a string");
    return wrong("FilterPolicy: Unrecognized match type " + name);
  }

  Result<> anything_but(const json::value& value) const {
    if (!value.is_object()) {
      const auto simple = [](const json::value& one) { return one.is_string() || one.is_number(); };
      const bool good = value.is_array() ? !value.get_array().empty() && std::ranges::all_of(value.get_array(), simple)
                                         : simple(value);
      return good ? Result<>() : wrong("FilterPolicy: Inside anything but list, start|null|boolean is not supported.");
    }
    for (const auto& [inner, text] : value.get_object()) {
      if (inner != "prefix" && inner != "suffix" && inner != "equals-ignore-case" && inner != "wildcard") {
        return wrong("FilterPolicy: Unsupported anything-but pattern: " + std::string(inner));
      }
    }
    return {};
  }

  static std::string shown(const json::value& value) {
    return value.is_string() ? std::string(value.get_string()) : to_text(value);
  }
  static double number(const json::value& value) { return value.to_number<double>(); }

  Result<> numeric(const json::value& value) const {
    if (!value.is_array()) return wrong("FilterPolicy: Value of numeric must be an array.");
    const json::array& terms = value.get_array();
    if (terms.empty()) return wrong("FilterPolicy: Invalid member in numeric match: ]");
    if (!terms[0].is_string()) return wrong("FilterPolicy: Invalid member in numeric match: " + shown(terms[0]));
    const std::string first = shown(terms[0]);
    if (first != "<" && first != "<=" && first != "=" && first != ">" && first != ">=") {
      return wrong("FilterPolicy: Unrecognized numeric range operator: " + first);
    }
    const auto not_numeric = [&](const std::string& sign) {
      return wrong("FilterPolicy: Value of " + (sign == "=" ? std::string("equals") : sign) + " must be numeric");
    };
    if (terms.size() < 2 || !terms[1].is_number()) return not_numeric(first);
    if (terms.size() == 2) return {};
    if (first != ">" && first != ">=") return wrong("FilterPolicy: Too many elements in numeric expression");
    if (!terms[2].is_string()) return wrong("FilterPolicy: Bad value in numeric range: " + shown(terms[2]));
    const std::string second = shown(terms[2]);
    if (second != "<" && second != "<=") return wrong("FilterPolicy: Bad numeric range operator: " + second);
    if (terms.size() < 4 || !terms[3].is_number()) return not_numeric(second);
    if (number(terms[3]) <= number(terms[1])) return wrong("FilterPolicy: Bottom must be less than top");
    return terms.size() == 4 ? Result<>() : wrong("FilterPolicy: Too many terms in numeric range expression");
  }

  FilterScope scope_;
  std::string_view place_;
};

// "Amazon SNS compares policy properties only to message attributes that have the data types String, String.Array and
// Number"; what is no array of values is not looked at.
std::optional<json::value> event_value(const MessageAttributeValue& attribute) {
  const std::string text = attribute.StringValue.value_or("");
  if (attribute.DataType == "String") return json::value(text);
  if (attribute.DataType == "Number") {
    const auto number = parse_json(text);
    if (number && number->is_number()) return *number;
    double value = 0;
    const char* begin = text.data() + (text.starts_with('+') ? 1 : 0);
    const auto [end, error] = std::from_chars(begin, text.data() + text.size(), value);
    return error == std::errc() ? std::optional<json::value>(value) : std::nullopt;
  }
  if (attribute.DataType == "String.Array") {
    auto array = parse_json(text);
    if (array && !array->is_object()) return *std::move(array);
  }
  return std::nullopt;
}

}  // namespace

Result<std::shared_ptr<const pattern::Pattern>> parse_filter(const std::string& policy, FilterScope scope,
                                                             std::string_view place) {
  using Parsed = std::shared_ptr<const pattern::Pattern>;
  if (policy.empty()) return Parsed();
  const Checker checker(scope, place);
  const auto document = parse_json(policy);
  if (!document || !document->is_object()) return checker.wrong("FilterPolicy: failed to parse JSON.");
  if (policy.size() > kMostBytes) return checker.wrong("FilterPolicy: Filter policy is too large");
  if (document->get_object().empty()) return Parsed();
  TRY(checker.check(document->get_object()));
  auto compiled = pattern::parse_pattern(policy);
  if (compiled) return std::make_shared<const pattern::Pattern>(*std::move(compiled));
  constexpr std::string_view kHead = "Event pattern is not valid. Reason: ";
  std::string why = compiled.error().message;
  if (why.starts_with(kHead)) why.erase(0, kHead.size());
  return checker.wrong("FilterPolicy: " + why);
}

const char* why_filtered(const pattern::Pattern& filter, FilterScope scope, const MessageAttributes& attributes,
                         const std::string& body) {
  if (scope == FilterScope::OfBody) {
    const auto document = parse_json(body);
    if (!document || !document->is_object()) return "InvalidMessageBody";
    return pattern::matches(filter, *document) ? nullptr : "MessageBody";
  }
  json::object event;
  bool readable = true;
  for (const auto& [name, attribute] : attributes) {
    auto value = event_value(attribute);
    readable = readable && (value || attribute.DataType != "String.Array");
    if (value) event[name] = *std::move(value);
  }
  if (pattern::matches(filter, event)) return nullptr;
  if (attributes.empty()) return "NoMessageAttributes";
  return readable ? "MessageAttributes" : "InvalidAttributes";
}

std::shared_ptr<const pattern::Pattern> FilterCache::get(const std::string& policy, FilterScope scope) {
  const std::lock_guard lock(mutex_);
  if (const auto known = known_.find({scope, policy}); known != known_.end()) return known->second;
  if (known_.size() >= kCached) known_.clear();
  auto parsed = parse_filter(policy, scope, "");
  return known_.emplace(std::pair(scope, policy), parsed ? *parsed : nullptr).first->second;
}

}  // namespace orrery::sns
