#include "expression/evaluate.h"

#include "expression/paths.h"

#include <algorithm>

namespace orrery::expression {
namespace {

using item::Type;
using item::ValueView;
using Kind = Node::Kind;

// The value of an operand for one item. Only size() makes a value, which `made_` keeps: short, hence without
// allocation.
class Operand {
 public:
  Operand(const Node& node, const Bindings& bindings, item::MapView item) {
    if (node.is_value()) {
      value_ = bindings.values[node.slot];
    } else if (node.is_path()) {
      value_ = value_at(node.path, bindings, item);
    } else {
      const Operand of(node.args.front(), bindings, item);
      const std::optional<std::size_t> size = of ? size_of(*of) : std::nullopt;
      if (!size) return;
      const std::string digits = std::to_string(*size);
      made_ = static_cast<char>(item::internal::Tag::N);
      made_ += static_cast<char>(digits.size());
      made_ += digits;
      value_ = ValueView(made_);
    }
  }
  Operand(const Operand&) = delete;
  Operand& operator=(const Operand&) = delete;

  explicit operator bool() const { return value_.has_value(); }
  ValueView operator*() const { return *value_; }

 private:
  std::optional<ValueView> value_;
  std::string made_;
};

class Evaluator {
 public:
  Evaluator(const Bindings& bindings, item::MapView item) : bindings_(bindings), item_(item) {}

  bool holds(const Node& node) const {
    const auto holds_too = [this](const Node& arg) { return holds(arg); };
    switch (node.kind) {
      case Kind::And:
        return std::all_of(node.args.begin(), node.args.end(), holds_too);
      case Kind::Or:
        return std::any_of(node.args.begin(), node.args.end(), holds_too);
      case Kind::Not:
        return !holds(node.args.front());
      case Kind::Between:
        return between(node);
      case Kind::In:
        return in(node);
      case Kind::AttributeExists:
        return static_cast<bool>(operand(node.args[0]));
      case Kind::AttributeNotExists:
        return !operand(node.args[0]);
      default:
        return comparison(node);
    }
  }

 private:
  Operand operand(const Node& node) const { return {node, bindings_, item_}; }

  // Two operands, which must both be there; but what is not there is "not equal" to anything.
  bool comparison(const Node& node) const {
    const Operand left = operand(node.args[0]);
    const Operand right = operand(node.args[1]);
    if (!left || !right) return node.kind == Kind::NotEqual;
    switch (node.kind) {
      case Kind::Equal:
        return *left == *right;
      case Kind::NotEqual:
        return !(*left == *right);
      case Kind::Less:
        return compare(*left, *right) == std::strong_ordering::less;
      case Kind::LessOrEqual:
        return in_order(*left, *right);
      case Kind::Greater:
        return compare(*left, *right) == std::strong_ordering::greater;
      case Kind::GreaterOrEqual:
        return in_order(*right, *left);
      case Kind::AttributeType:
        return right_is_name(*left, *right);
      case Kind::BeginsWith:
        return begins_with(*left, *right);
      case Kind::Contains:
        return contains(*left, *right);
      default:
        return false;
    }
  }

  static bool in_order(ValueView a, ValueView b) {
    const std::optional<std::strong_ordering> order = compare(a, b);
    return order && *order != std::strong_ordering::greater;
  }
  static bool right_is_name(ValueView value, ValueView name) {
    return name.type() == Type::S && name.string() == item::name_of(value.type());
  }

  bool between(const Node& node) const {
    const Operand value = operand(node.args[0]);
    if (!value) return false;
    const Operand lower = operand(node.args[1]);
    const Operand upper = operand(node.args[2]);
    return lower && upper && in_order(*lower, *value) && in_order(*value, *upper);
  }
  bool in(const Node& node) const {
    const Operand value = operand(node.args[0]);
    if (!value) return false;
    return std::any_of(node.args.begin() + 1, node.args.end(), [&](const Node& candidate) {
      const Operand other = operand(candidate);
      return other && *value == *other;
    });
  }

  const Bindings& bindings_;
  item::MapView item_;
};

std::size_t utf16_length(std::string_view utf8) {
  std::size_t units = 0;
  for (const char c : utf8) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) != 0x80) ++units;  // the first byte of a character
    if (byte >= 0xF0) ++units;           // of one that UTF-16 writes as two
  }
  return units;
}

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

item::Decimal decimal(std::string_view canonical) {
  const Result<item::Decimal> number = item::Decimal::parse(canonical);
  CHECK(number.ok());
  return *number;
}

}  // namespace

bool evaluate(const Node& node, const Bindings& bindings, item::MapView item) {
  return Evaluator(bindings, item).holds(node);
}

std::strong_ordering compare_numbers(std::string_view a, std::string_view b) {
  if (!all_digits(a) || !all_digits(b)) return decimal(a) <=> decimal(b);
  // No leading zeros: the longer is the larger.
  if (a.size() != b.size()) return a.size() <=> b.size();
  return a <=> b;
}

std::optional<std::strong_ordering> compare(ValueView a, ValueView b) {
  const Type type = a.type();
  if (type != b.type()) return std::nullopt;
  switch (type) {
    case Type::S:
      return a.string() <=> b.string();
    case Type::B:
      return a.binary() <=> b.binary();
    case Type::N:
      return compare_numbers(a.number_text(), b.number_text());
    default:
      return std::nullopt;
  }
}

bool contains(ValueView whole, ValueView part) {
  switch (whole.type()) {
    case Type::S:
      return part.type() == Type::S && whole.string().find(part.string()) != std::string_view::npos;
    case Type::B:
      return part.type() == Type::B && whole.binary().find(part.binary()) != std::string_view::npos;
    case Type::SS:
      return part.type() == Type::S && whole.set().contains(part.string());
    case Type::NS:
      return part.type() == Type::N && whole.set().contains(part.number_text());
    case Type::BS:
      return part.type() == Type::B && whole.set().contains(part.binary());
    case Type::L:
      for (const ValueView element : whole.list()) {
        if (element == part) return true;
      }
      return false;
    default:
      return false;
  }
}

bool begins_with(ValueView text, ValueView prefix) {
  if (text.type() != prefix.type()) return false;
  if (text.type() == Type::S) return text.string().starts_with(prefix.string());
  return text.type() == Type::B && text.binary().starts_with(prefix.binary());
}

std::optional<std::size_t> size_of(ValueView value) {
  switch (value.type()) {
    case Type::S:
      return utf16_length(value.string());
    case Type::B:
      return value.binary().size();
    case Type::SS:
    case Type::NS:
    case Type::BS:
      return value.set().size();
    case Type::L:
      return value.list().size();
    case Type::M:
      return value.map().size();
    default:
      return std::nullopt;
  }
}

}  // namespace orrery::expression
