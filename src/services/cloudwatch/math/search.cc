#include "services/cloudwatch/math/search.h"

#include <algorithm>
#include <cctype>

namespace orrery::cloudwatch::math {
namespace {

constexpr int kDeepestSearch = 40;

bool space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

bool contains(std::string_view text, std::string_view part) {
  const auto alike = [](char a, char b) { return lower(a) == lower(b); };
  return std::search(text.begin(), text.end(), part.begin(), part.end(), alike) != text.end() || part.empty();
}

}  // namespace

class SearchParser {
 public:
  explicit SearchParser(std::string_view text) : text_(text) {}

  Result<Search> whole() {
    Search search;
    skip();
    if (peek() == '{') TRY(schema(search));
    skip();
    if (at_ < text_.size()) search.root_ = TRY(any(0));
    skip();
    if (at_ != text_.size()) return wrong("unexpected '" + std::string(1, text_[at_]) + "' in SEARCH");
    return search;
  }

 private:
  using Node = Search::Node;
  using Kind = Search::Kind;

  static Failure wrong(std::string what) { return fail(api_error("ValidationError", std::move(what))); }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip() {
    while (at_ < text_.size() && space(text_[at_])) ++at_;
  }

  Result<std::string> quoted() {
    std::string out;
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      out += text_[at_];
    }
    if (at_ == text_.size()) return wrong("a quoted text of SEARCH does not end");
    ++at_;
    return out;
  }

  Result<> schema(Search& search) {
    ++at_;
    std::vector<std::string> names;
    for (;;) {
      skip();
      std::string name;
      if (peek() == '"') {
        name = TRY(quoted());
      } else {
        while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '}') name += text_[at_++];
        while (!name.empty() && space(name.back())) name.pop_back();
      }
      names.push_back(std::move(name));
      skip();
      const char end = peek();
      ++at_;
      if (end == '}') break;
      if (end != ',') return wrong("the schema of SEARCH does not end with '}'");
    }
    search.schema_given_ = true;
    search.space_ = names.front();
    search.schema_.assign(names.begin() + 1, names.end());
    std::ranges::sort(search.schema_);
    return {};
  }

  bool take_word(std::string_view word) {
    skip();
    if (!text_.substr(at_).starts_with(word)) return false;
    const std::size_t end = at_ + word.size();
    if (end < text_.size() && !space(text_[end]) && text_[end] != '(') return false;
    at_ = end;
    return true;
  }

  Result<Node> any(int depth) {
    if (depth > kDeepestSearch) return wrong("SEARCH is nested too deeply");
    Node left = TRY(all(depth));
    while (take_word("OR")) left = join(Kind::Or, std::move(left), TRY(all(depth)));
    return left;
  }

  // AND may be left out.
  Result<Node> all(int depth) {
    Node left = TRY(one(depth));
    for (;;) {
      skip();
      const bool stated = take_word("AND");
      const std::size_t here = at_;
      const bool ends = at_ >= text_.size() || peek() == ')' || take_word("OR");
      at_ = here;
      if (ends && stated) return wrong("SEARCH ends after AND");
      if (ends) return left;
      left = join(Kind::And, std::move(left), TRY(one(depth)));
    }
  }

  static Node join(Kind kind, Node left, Node right) {
    Node node;
    node.kind = kind;
    node.children.reserve(2);
    node.children.push_back(std::move(left));
    node.children.push_back(std::move(right));
    return node;
  }

  Result<Node> one(int depth) {
    if (depth > kDeepestSearch) return wrong("SEARCH is nested too deeply");
    if (take_word("NOT")) {
      Node node;
      node.kind = Kind::Not;
      node.children.push_back(TRY(one(depth + 1)));
      return node;
    }
    skip();
    if (peek() != '(') return term();
    ++at_;
    Node inside = TRY(any(depth + 1));
    skip();
    if (peek() != ')') return wrong("a ')' is missing in SEARCH");
    ++at_;
    return inside;
  }

  Result<std::string> word(bool& exact) {
    exact = peek() == '"';
    if (exact) return quoted();
    std::string out;
    while (at_ < text_.size() && !space(text_[at_]) && text_[at_] != '=' && text_[at_] != ')' && text_[at_] != '(') {
      out += text_[at_++];
    }
    if (out.empty()) return wrong("a term is missing in SEARCH");
    return out;
  }

  // word, "exactly", Key=value, Key="exactly", Key=(one OR other)
  Result<Node> term() {
    Node node;
    node.kind = Kind::Term;
    node.text = TRY(word(node.exact));
    if (peek() != '=') return node;
    ++at_;
    const std::string key = node.text;
    if (peek() == '(') {
      Node inside = TRY(one(1));
      set_key(inside, key);
      return inside;
    }
    node.key = key;
    node.text = TRY(word(node.exact));
    return node;
  }

  static void set_key(Node& node, const std::string& key) {
    if (node.kind == Kind::Term) node.key = key;
    for (Node& child : node.children) set_key(child, key);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

Result<Search> Search::parse(std::string_view text) { return SearchParser(text).whole(); }

bool Search::holds(const Node& term, std::string_view value) {
  return term.exact ? value == term.text : contains(value, term.text);
}

bool Search::matches(const Node& node, const MetricName& metric) {
  switch (node.kind) {
    case Kind::All:
      return true;
    case Kind::And:
      return matches(node.children[0], metric) && matches(node.children[1], metric);
    case Kind::Or:
      return matches(node.children[0], metric) || matches(node.children[1], metric);
    case Kind::Not:
      return !matches(node.children[0], metric);
    case Kind::Term:
      break;
  }
  if (node.key.empty() || node.key == "MetricName") {
    if (holds(node, metric.name)) return true;
  }
  if (node.key.empty() || node.key == "Namespace") {
    if (holds(node, metric.space)) return true;
  }
  return std::ranges::any_of(metric.dimensions, [&](const auto& dimension) {
    if (node.key.empty()) return holds(node, dimension.first) || holds(node, dimension.second);
    return dimension.first == node.key && holds(node, dimension.second);
  });
}

bool Search::matches(const MetricName& metric) const {
  if (schema_given_) {
    if (metric.space != space_ || metric.dimensions.size() != schema_.size()) return false;
    for (std::size_t i = 0; i < schema_.size(); ++i) {
      if (metric.dimensions[i].first != schema_[i]) return false;
    }
  }
  return matches(root_, metric);
}

}  // namespace orrery::cloudwatch::math
