#include "services/cloudwatch/alarms/rule.h"

#include <algorithm>
#include <optional>

namespace orrery::cloudwatch {
namespace {

constexpr int kDeepest = 60;
using Kind = CompositeRule::Kind;

bool space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<CompositeRule> whole() {
    CompositeRule rule = TRY(either(0));
    skip();
    if (at_ != text_.size()) return wrong();
    return rule;
  }

 private:
  Failure wrong() const {
    return fail(api_error("ValidationError",
                          "AlarmRule must not contain leading or trailing text, and be a valid rule "
                          "expression: it cannot be read at position " +
                              std::to_string(at_ + 1)));
  }
  void skip() {
    while (at_ < text_.size() && space(text_[at_])) ++at_;
  }
  bool take(char c) {
    skip();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  // A word that ends there.
  bool take(std::string_view word) {
    skip();
    if (!text_.substr(at_).starts_with(word)) return false;
    const std::size_t end = at_ + word.size();
    if (end < text_.size() && !space(text_[end]) && text_[end] != '(' && text_[end] != ')') return false;
    at_ = end;
    return true;
  }

  static CompositeRule join(Kind kind, CompositeRule left, CompositeRule right) {
    CompositeRule rule;
    rule.kind = kind;
    rule.children.reserve(2);
    rule.children.push_back(std::move(left));
    rule.children.push_back(std::move(right));
    return rule;
  }

  Result<CompositeRule> either(int depth) {
    if (depth > kDeepest) return wrong();
    CompositeRule left = TRY(both(depth));
    while (take("OR")) left = join(Kind::Or, std::move(left), TRY(both(depth)));
    return left;
  }

  Result<CompositeRule> both(int depth) {
    CompositeRule left = TRY(one(depth));
    while (take("AND")) left = join(Kind::And, std::move(left), TRY(one(depth)));
    return left;
  }

  Result<CompositeRule> one(int depth) {
    if (depth > kDeepest) return wrong();
    CompositeRule rule;
    if (take("NOT")) {
      rule.kind = Kind::Not;
      rule.children.push_back(TRY(one(depth + 1)));
      return rule;
    }
    if (take('(')) {
      rule = TRY(either(depth + 1));
      if (!take(')')) return wrong();
      return rule;
    }
    if (take("TRUE")) return rule;
    if (take("FALSE")) {
      rule.kind = Kind::False;
      return rule;
    }
    for (const std::string_view state : {"ALARM", "OK", "INSUFFICIENT_DATA"}) {
      if (!take(state)) continue;
      rule.kind = Kind::State;
      rule.state = state;
      rule.alarm = TRY(alarm());
      return rule;
    }
    return wrong();
  }

  // A quoted name may hold anything; a quote or backslash in it has a backslash before it.
  Result<std::string> alarm() {
    if (!take('(')) return wrong();
    std::string name;
    if (take('"')) {
      for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
        if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
        name += text_[at_];
      }
      if (!take('"')) return wrong();
    } else {
      skip();
      while (at_ < text_.size() && text_[at_] != ')' && text_[at_] != '(') name += text_[at_++];
      while (!name.empty() && space(name.back())) name.pop_back();
    }
    if (name.empty() || !take(')')) return wrong();
    return name;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

void collect(const CompositeRule& rule, std::vector<std::string>& out) {
  if (rule.kind == Kind::State && std::ranges::find(out, rule.alarm) == out.end()) out.push_back(rule.alarm);
  for (const CompositeRule& child : rule.children) collect(child, out);
}

}  // namespace

std::string name_of(const std::string& name_or_arn) {
  const auto at = name_or_arn.starts_with("arn:") ? name_or_arn.find(":alarm:") : std::string::npos;
  return at == std::string::npos ? name_or_arn : name_or_arn.substr(at + 7);
}

Result<CompositeRule> CompositeRule::parse(std::string_view text) { return Parser(text).whole(); }

std::vector<std::string> CompositeRule::alarms() const {
  std::vector<std::string> out;
  collect(*this, out);
  return out;
}

bool CompositeRule::holds(const std::function<std::string(const std::string&)>& state_of) const {
  switch (kind) {
    case Kind::True:
      return true;
    case Kind::False:
      return false;
    case Kind::State:
      return state_of(alarm) == state;
    case Kind::And:
      return children[0].holds(state_of) && children[1].holds(state_of);
    case Kind::Or:
      return children[0].holds(state_of) || children[1].holds(state_of);
    case Kind::Not:
      return !children[0].holds(state_of);
  }
  return false;
}

}  // namespace orrery::cloudwatch
