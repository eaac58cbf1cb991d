#include "pattern/index.h"

#include "pattern/pattern_node.h"

#include <algorithm>

namespace orrery::pattern {
namespace {

bool demands_texts(const Leaf& leaf) {
  return std::ranges::all_of(
      leaf.tests, [](const Test& test) { return test.kind == Test::Kind::Equals && test.literal.is_string(); });
}

bool demands_presence(const Leaf& leaf) {
  return std::ranges::none_of(leaf.tests, [](const Test& test) { return test.kind == Test::Kind::Absent; });
}

std::string_view text_of(const json::value& value) {
  const auto& text = value.get_string();
  return {text.data(), text.size()};
}

// The fields that any matching event must have: not those of alternatives.
void demanded(const Node& node, std::vector<const Leaf*>& out) {
  for (const Leaf& leaf : node.leaves) {
    if (demands_presence(leaf)) out.push_back(&leaf);
  }
  for (const auto& [name, child] : node.objects) demanded(child, out);
}

// A field, and one of its texts, as one name.
std::string name_of(const Leaf& leaf) {
  std::string name;
  for (const std::string& part : leaf.path) name.append(part).push_back('\0');
  return name;
}
std::string name_of(const Leaf& leaf, const Test& test) {
  return name_of(leaf).append("=").append(text_of(test.literal));
}

// How many patterns could be filed under the same field, or the same text of it.
class Shared {
 public:
  void count(const Leaf& leaf) {
    ++of_[name_of(leaf)];
    if (!demands_texts(leaf)) return;
    for (const Test& test : leaf.tests) ++of_[name_of(leaf, test)];
  }
  std::size_t cost(const Leaf& leaf) const {
    if (!demands_texts(leaf)) return of_.at(name_of(leaf));
    std::size_t sum = 0;
    for (const Test& test : leaf.tests) sum += of_.at(name_of(leaf, test));
    return sum;
  }

 private:
  std::unordered_map<std::string, std::size_t> of_;
};

// Under which the pattern is filed: a text that few share, or else a field that few have. nullptr: none.
const Leaf* best_of(const std::vector<const Leaf*>& choices, const Shared& shared) {
  const Leaf* best = nullptr;
  std::size_t least = 0;
  for (const Leaf* leaf : choices) {
    const bool better_kind = best != nullptr && demands_texts(*leaf) != demands_texts(*best);
    if (better_kind && !demands_texts(*leaf)) continue;
    const std::size_t cost = shared.cost(*leaf);
    if (best != nullptr && !better_kind && cost >= least) continue;
    best = leaf;
    least = cost;
  }
  return best;
}

}  // namespace

Index::Index(std::vector<Pattern> patterns) : patterns_(std::move(patterns)) {
  std::vector<std::vector<const Leaf*>> choices(patterns_.size());
  Shared shared;
  for (std::size_t i = 0; i < patterns_.size(); ++i) {
    demanded(patterns_[i].root(), choices[i]);
    for (const Leaf* leaf : choices[i]) shared.count(*leaf);
  }
  for (std::size_t i = 0; i < patterns_.size(); ++i) {
    const auto place = static_cast<std::uint32_t>(i);
    const Leaf* best = best_of(choices[i], shared);
    if (best == nullptr) {
      unfiled_.push_back(place);
      continue;
    }
    Field& field = field_of(best->path);
    if (!demands_texts(*best)) {
      field.by_presence.push_back(place);
      continue;
    }
    for (const Test& test : best->tests) field.by_text[std::string(text_of(test.literal))].push_back(place);
  }
}

Index::Field& Index::field_of(const std::vector<std::string>& path) {
  Field* field = top_.get();
  for (const std::string& name : path) {
    std::unique_ptr<Field>& child = field->children[name];
    if (child == nullptr) child = std::make_unique<Field>();
    field = child.get();
  }
  return *field;
}

// As a pattern looks at an event: in every element of the arrays on the way. Goes along the fields of the event or
// those of the patterns, whichever are fewer.
void Index::collect(const json::value& value, const Field& field, Places& candidates) {
  if (value.is_array()) {
    for (const json::value& element : value.get_array()) collect(element, field, candidates);
    return;
  }
  if (value.is_object()) {
    const json::object& object = value.get_object();
    if (field.children.size() <= object.size()) {
      for (const auto& [name, child] : field.children) {
        if (const json::value* member = object.if_contains(name)) collect(*member, *child, candidates);
      }
      return;
    }
    for (const auto& member : object) {
      const auto child = field.children.find(std::string_view(member.key().data(), member.key().size()));
      if (child != field.children.end()) collect(member.value(), *child->second, candidates);
    }
    return;
  }
  candidates.insert(candidates.end(), field.by_presence.begin(), field.by_presence.end());
  if (field.by_text.empty() || !value.is_string()) return;
  const auto found = field.by_text.find(text_of(value));
  if (found != field.by_text.end()) candidates.insert(candidates.end(), found->second.begin(), found->second.end());
}

std::vector<std::size_t> Index::matching(const json::value& event) const {
  Places candidates = unfiled_;
  collect(event, *top_, candidates);
  std::ranges::sort(candidates);
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  std::vector<std::size_t> out;
  for (const std::uint32_t place : candidates) {
    if (matches(patterns_[place], event)) out.push_back(place);
  }
  return out;
}

}  // namespace orrery::pattern
