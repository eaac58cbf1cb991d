#include "pattern/index.h"

#include "pattern/pattern_node.h"

#include <algorithm>
#include <map>

namespace orrery::pattern {
namespace {

bool demands_texts(const Leaf& leaf) {
  return std::ranges::all_of(
      leaf.tests, [](const Test& test) { return test.kind == Test::Kind::Equals && test.literal.is_string(); });
}

std::string_view text_of(const json::value& value) {
  const auto& text = value.get_string();
  return {text.data(), text.size()};
}

// The fields that any matching event must have with one of a few texts: not those of alternatives.
void demanded(const Node& node, std::vector<const Leaf*>& out) {
  for (const Leaf& leaf : node.leaves) {
    if (demands_texts(leaf)) out.push_back(&leaf);
  }
  for (const auto& [name, child] : node.objects) demanded(child, out);
}

// A field and one of its texts, as one name.
std::string name_of(const Leaf& leaf, const Test& test) {
  std::string name;
  for (const std::string& part : leaf.path) name.append(part).push_back('\0');
  return name.append(text_of(test.literal));
}

using Shared = std::unordered_map<std::string, std::size_t>;

// How many patterns would be filed under the field's texts, were it chosen for all that could be.
std::size_t cost_of(const Leaf& leaf, const Shared& shared) {
  std::size_t sum = 0;
  for (const Test& test : leaf.tests) sum += shared.at(name_of(leaf, test));
  return sum;
}

}  // namespace

Index::Index(std::vector<Pattern> patterns) : patterns_(std::move(patterns)) {
  std::vector<std::vector<const Leaf*>> choices(patterns_.size());
  Shared shared;
  for (std::size_t i = 0; i < patterns_.size(); ++i) {
    demanded(patterns_[i].root(), choices[i]);
    for (const Leaf* leaf : choices[i]) {
      for (const Test& test : leaf->tests) ++shared[name_of(*leaf, test)];
    }
  }
  std::map<std::vector<std::string>, Filed> filed;
  for (std::size_t i = 0; i < patterns_.size(); ++i) {
    const Leaf* best = nullptr;
    std::size_t least = 0;
    for (const Leaf* leaf : choices[i]) {
      const std::size_t cost = cost_of(*leaf, shared);
      if (best == nullptr || cost < least) {
        best = leaf;
        least = cost;
      }
    }
    const auto place = static_cast<std::uint32_t>(i);
    if (best == nullptr) {
      unfiled_.push_back(place);
      continue;
    }
    Filed& by_text = filed[best->path];
    for (const Test& test : best->tests) by_text[std::string(text_of(test.literal))].push_back(place);
  }
  for (auto& [path, by_text] : filed) fields_.push_back({path, std::move(by_text)});
}

// As a pattern looks at an event: in every element of the arrays on the way.
void Index::collect(const json::value& value, const Field& field, std::size_t depth,
                    std::vector<std::uint32_t>& candidates) {
  if (value.is_array()) {
    for (const json::value& element : value.get_array()) collect(element, field, depth, candidates);
    return;
  }
  if (depth < field.path.size()) {
    if (const json::value* member = find(value, field.path[depth])) collect(*member, field, depth + 1, candidates);
    return;
  }
  if (!value.is_string()) return;
  const auto found = field.by_text.find(text_of(value));
  if (found != field.by_text.end()) candidates.insert(candidates.end(), found->second.begin(), found->second.end());
}

std::vector<std::size_t> Index::matching(const json::value& event) const {
  std::vector<std::uint32_t> candidates = unfiled_;
  for (const Field& field : fields_) collect(event, field, 0, candidates);
  std::ranges::sort(candidates);
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  std::vector<std::size_t> out;
  for (const std::uint32_t place : candidates) {
    if (matches(patterns_[place], event)) out.push_back(place);
  }
  return out;
}

}  // namespace orrery::pattern
