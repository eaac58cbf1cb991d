// Operators from the loosest: OR, AND, comparisons, + -, * /, unary -, ^.
#include "services/cloudwatch/math/functions.h"
#include "services/cloudwatch/math/syntax.h"

#include <charconv>
#include <optional>
#include <utility>

namespace orrery::cloudwatch::math {
namespace {

constexpr int kDeepest = 60;

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool digit(char c) { return c >= '0' && c <= '9'; }

struct Sign {
  std::string_view text;
  Op op;
};
constexpr Sign kOr[] = {{"||", Op::Or}, {"OR", Op::Or}};
constexpr Sign kAnd[] = {{"&&", Op::And}, {"AND", Op::And}};
constexpr Sign kComparisons[] = {{"==", Op::Equal},        {"!=", Op::Unequal}, {"<=", Op::LessEqual},
                                 {">=", Op::GreaterEqual}, {"<", Op::Less},     {">", Op::Greater}};
constexpr Sign kSums[] = {{"+", Op::Add}, {"-", Op::Subtract}};
constexpr Sign kProducts[] = {{"*", Op::Multiply}, {"/", Op::Divide}};
constexpr Sign kPowers[] = {{"^", Op::Power}};

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Node> whole() {
    Node node = TRY(level(0, 0));
    skip_space();
    if (at_ != text_.size()) return wrong("unexpected '" + std::string(1, text_[at_]) + "'");
    return node;
  }

 private:
  Failure wrong(std::string what) const {
    return fail(api_error("ValidationError", std::move(what) + " at position " + std::to_string(at_ + 1)));
  }

  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || (text_[at_] >= '\t' && text_[at_] <= '\r'))) ++at_;
  }

  bool take(char c) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  template <std::size_t N>
  Op take_sign(const Sign (&signs)[N]) {
    skip_space();
    for (const Sign& sign : signs) {
      if (!text_.substr(at_).starts_with(sign.text)) continue;
      const std::size_t end = at_ + sign.text.size();
      if (letter(sign.text[0]) && end < text_.size() &&
          (letter(text_[end]) || digit(text_[end]) || text_[end] == '_')) {
        continue;
      }
      at_ = end;
      return sign.op;
    }
    return Op::None;
  }

  Op sign_of(int depth) {
    switch (depth) {
      case 0:
        return take_sign(kOr);
      case 1:
        return take_sign(kAnd);
      case 2:
        return take_sign(kComparisons);
      case 3:
        return take_sign(kSums);
      default:
        return take_sign(kProducts);
    }
  }

  // One level of left-associative operators.
  Result<Node> level(int which, int depth) {
    if (depth > kDeepest) return wrong("the expression is nested too deeply");
    if (which == 5) return unary(depth);
    Node left = TRY(level(which + 1, depth));
    for (Op op = sign_of(which); op != Op::None; op = sign_of(which)) {
      Node right = TRY(level(which + 1, depth));
      left = binary(op, std::move(left), std::move(right));
    }
    return left;
  }

  static Node binary(Op op, Node left, Node right) {
    Node node;
    node.kind = Kind::Binary;
    node.op = op;
    node.children.reserve(2);
    node.children.push_back(std::move(left));
    node.children.push_back(std::move(right));
    return node;
  }

  Result<Node> unary(int depth) {
    if (depth > kDeepest) return wrong("the expression is nested too deeply");
    if (take('+')) return unary(depth + 1);
    if (!take('-')) return power(depth);
    Node node;
    node.kind = Kind::Negate;
    node.children.push_back(TRY(unary(depth + 1)));
    return node;
  }

  Result<Node> power(int depth) {
    Node base = TRY(primary(depth));
    if (take_sign(kPowers) == Op::None) return base;
    Node exponent = TRY(unary(depth + 1));  // to the right: 2 ^ 3 ^ 2 is 2 ^ (3 ^ 2)
    return binary(Op::Power, std::move(base), std::move(exponent));
  }

  Result<Node> primary(int depth) {
    skip_space();
    if (at_ >= text_.size()) return wrong("the expression ends too soon");
    const char c = text_[at_];
    if (take('(')) {
      Node inside = TRY(level(0, depth + 1));
      if (!take(')')) return wrong("a ')' is missing");
      return inside;
    }
    if (take('[')) {
      Node list;
      list.kind = Kind::List;
      TRY(arguments(list, ']', depth));
      return list;
    }
    if (digit(c) || c == '.') return number();
    if (c == '"' || c == '\'') return quoted(c);
    if (letter(c)) return name(depth);
    return wrong("unexpected '" + std::string(1, c) + "'");
  }

  Result<Node> number() {
    Node node;
    const char* const begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), node.number);
    if (error != std::errc()) return wrong("this is no number");
    at_ += static_cast<std::size_t>(end - begin);
    return node;
  }

  // A backslash keeps the quote that follows it.
  Result<Node> quoted(char quote) {
    Node node;
    node.kind = Kind::Text;
    for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size() && text_[at_ + 1] == quote) ++at_;
      node.text += text_[at_];
    }
    if (at_ == text_.size()) return wrong("the quoted text does not end");
    ++at_;
    return node;
  }

  Result<Node> name(int depth) {
    Node node;
    node.kind = Kind::Name;
    const std::size_t start = at_;
    while (at_ < text_.size() && (letter(text_[at_]) || digit(text_[at_]) || text_[at_] == '_')) ++at_;
    node.text = text_.substr(start, at_ - start);
    if (!take('(')) return node;
    const FunctionRow* row = find_function(node.text);
    if (row == nullptr) return fail(api_error("ValidationError", "Unknown function '" + node.text + "'"));
    node.kind = Kind::Call;
    TRY(arguments(node, ')', depth));
    if (node.children.size() < row->least || node.children.size() > row->most) {
      return fail(api_error("ValidationError", "Wrong number of arguments to function '" + node.text + "'"));
    }
    return node;
  }

  Result<> arguments(Node& node, char close, int depth) {
    if (take(close)) return {};
    for (;;) {
      node.children.push_back(TRY(level(0, depth + 1)));
      if (take(close)) return {};
      if (!take(',')) return wrong(std::string("a '") + close + "' is missing");
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Result<Node> parse(std::string_view text) { return Parser(text).whole(); }

void collect_names(const Node& node, std::vector<std::string>& out) {
  if (node.kind == Kind::Name && !node.text.empty() && node.text[0] >= 'a' && node.text[0] <= 'z') {
    out.push_back(node.text);
  }
  for (const Node& child : node.children) collect_names(child, out);
}

}  // namespace orrery::cloudwatch::math
