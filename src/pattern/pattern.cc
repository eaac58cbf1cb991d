#include "pattern/pattern.h"

#include "pattern/pattern_node.h"

#include <algorithm>

namespace orrery::pattern {
namespace {

enum class Place : unsigned char { Top, InsideOr };

// Words that are operators cannot be field names within "$or".
bool reserved(std::string_view name) {
  constexpr std::string_view kWords[] = {
      "exactly", "prefix", "suffix", "equals-ignore-case", "anything-but", "numeric", "cidr", "exists", "wildcard"};
  return std::find(std::begin(kWords), std::end(kWords), name) != std::end(kWords);
}

class Compiler {
 public:
  Result<Node> object(const json::object& source, Place place) {
    if (source.empty()) return invalid("Empty objects are not allowed");
    Node node;
    for (const auto& [key, value] : source) {
      const std::string name(key);
      if (name == "$or") {
        node.alternatives.push_back(TRY(alternatives(value)));
        continue;
      }
      if (place == Place::InsideOr && reserved(name)) {
        return invalid(name + " is Ruler reserved fieldName which cannot be used inside $or.");
      }
      path_.push_back(name);
      if (value.is_object()) {
        // First the part that may fail: leaving a half-built {name, TRY(…)} would leak the name.
        Node child = TRY(object(value.get_object(), place));
        node.objects.push_back({name, std::move(child)});
      } else if (value.is_array()) {
        node.leaves.push_back(TRY(leaf(name, value.get_array())));
      } else {
        return invalid("\"" + name + "\" must be an object or an array");
      }
      path_.pop_back();
    }
    return node;
  }

 private:
  Result<std::vector<Node>> alternatives(const json::value& value) {
    if (!value.is_array()) return invalid("It must be an Array followed with $or.");
    std::vector<Node> out;
    for (const json::value& entry : value.get_array()) {
      if (!entry.is_object()) return invalid("Only JSON object is allowed in array of $or relationship.");
      out.push_back(TRY(object(entry.get_object(), Place::InsideOr)));
    }
    if (out.size() < 2) return invalid("There must have at least 2 Objects in $or relationship.");
    return out;
  }

  Result<Leaf> leaf(const std::string& name, const json::array& entries) const {
    if (entries.empty()) return invalid("Empty arrays are not allowed");
    Leaf out{name, path_, {}};
    for (const json::value& entry : entries) out.tests.push_back(TRY(compile_test(entry)));
    return out;
  }

  std::vector<std::string> path_;
};

// How many patterns without "$or" say the same, counting no further than past the limit
// (docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#eb-filtering-complex-example-or).
constexpr std::size_t kMostCombinations = 1000;

std::size_t combinations(const Node& node) {
  std::size_t product = 1;
  for (const Child& child : node.objects) {
    product = std::min(product * combinations(child.node), kMostCombinations + 1);
  }
  for (const auto& several : node.alternatives) {
    std::size_t sum = 0;
    for (const Node& one : several) sum += combinations(one);
    product = std::min(product * std::min(sum, kMostCombinations + 1), kMostCombinations + 1);
  }
  return std::min(product, kMostCombinations + 1);
}

// Whether the event has a leaf at the path, in any element of the arrays on the way.
bool has_leaf(const json::value& value, const std::vector<std::string>& path, std::size_t depth) {
  if (value.is_array()) {
    const auto& array = value.get_array();
    return std::any_of(array.begin(), array.end(), [&](const json::value& v) { return has_leaf(v, path, depth); });
  }
  if (depth == path.size()) return !value.is_object();
  const json::value* member = find(value, path[depth]);
  return member != nullptr && has_leaf(*member, path, depth + 1);
}

bool leaf_passes(const Test& test, const json::value& value) {
  if (value.is_array()) {
    const auto& array = value.get_array();
    return std::any_of(array.begin(), array.end(), [&](const json::value& v) { return leaf_passes(test, v); });
  }
  return !value.is_object() && passes(test, value);
}

class Matcher {
 public:
  explicit Matcher(const json::value& event) : event_(event) {}

  // `value` is null where the event has nothing: absence may be what the pattern wants.
  bool object(const Node& node, const json::value* value) const {
    if (value != nullptr && value->is_array() && !value->get_array().empty()) {
      // One element must satisfy the whole object: fields of different elements do not combine.
      const auto& array = value->get_array();
      return std::any_of(array.begin(), array.end(), [&](const json::value& v) { return object(node, &v); });
    }
    const auto member = [&](const std::string& name) { return value != nullptr ? find(*value, name) : nullptr; };
    for (const Leaf& one : node.leaves) {
      if (!leaf(one, member(one.name))) return false;
    }
    for (const auto& [name, child] : node.objects) {
      if (!object(child, member(name))) return false;
    }
    for (const auto& several : node.alternatives) {
      if (std::none_of(several.begin(), several.end(), [&](const Node& one) { return object(one, value); }))
        return false;
    }
    return true;
  }

 private:
  bool leaf(const Leaf& one, const json::value* value) const {
    return std::any_of(one.tests.begin(), one.tests.end(), [&](const Test& test) {
      if (test.kind == Test::Kind::Absent) return !has_leaf(event_, one.path, 0);
      return value != nullptr && leaf_passes(test, *value);
    });
  }

  const json::value& event_;
};

}  // namespace

Failure invalid(const std::string& reason) {
  return fail(api_error("InvalidEventPatternException", "Event pattern is not valid. Reason: " + reason));
}

Result<Pattern> parse_pattern(std::string_view text) {
  const auto document = parse_json(text);
  if (!document) return invalid(document.error().message);
  if (!document->is_object()) return invalid("Filter is not an object");
  Node root = TRY(Compiler().object(document->get_object(), Place::Top));
  if (combinations(root) > kMostCombinations) {
    return invalid("$or makes more than " + std::to_string(kMostCombinations) + " combinations of rules.");
  }
  return Pattern(std::make_shared<const Node>(std::move(root)));
}

bool matches(const Pattern& compiled, const json::value& event) {
  return Matcher(event).object(compiled.root(), &event);
}

}  // namespace orrery::pattern
