// The parsed form of every expression language here: expressions, the legacy parameters and PartiQL make the same
// trees.
//
// A tree holds no names or values of a request: `#n` and `:v` are slots, which a request's Bindings fill. So a tree is
// made once for a text, is never changed and may be shared. Makers other than the parser (legacy parameters, PartiQL)
// fill the slots themselves.
#pragma once

#include "item/view.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::expression {

// What the message of an error calls the expression: "Invalid FilterExpression: …". AttributeUpdates: an update that
// was made of the legacy parameter, which has a few texts and freedoms of its own.
enum class Role : std::uint8_t { Condition, Filter, KeyCondition, Projection, Update, AttributeUpdates };
std::string_view name_of(Role role);  // "ConditionExpression"

using Slot = std::uint32_t;

// What a tree's slots stand for in one request, by slot. The request's memory outlives it.
struct Bindings {
  std::vector<std::string_view> names;
  std::vector<item::ValueView> values;
};

struct PathStep {
  enum class Kind : std::uint8_t { Name, NameSlot, Index };
  Kind kind = Kind::Name;
  std::string name;       // Name
  std::size_t index = 0;  // NameSlot: the slot; Index: of a list

  static PathStep of(std::string_view name) { return {Kind::Name, std::string(name), 0}; }
  static PathStep at(std::size_t index) { return {Kind::Index, {}, index}; }
  bool is_index() const { return kind == Kind::Index; }
  // The name, for the kinds that have one.
  std::string_view name_in(const Bindings& bindings) const { return kind == Kind::Name ? name : bindings.names[index]; }
};
// The first step is a name: the attribute.
using Path = std::vector<PathStep>;

// A node of a condition or of the right side of SET. The grammar of each kind of operand is the maker's duty (a Compare
// has two operands, which are Reference, Value or Size); binding checks what depends on the values.
struct Node {
  enum class Kind : std::uint8_t {
    // conditions
    And,  // all of `args`
    Or,   // any of `args`
    Not,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Between,  // operand, lower, upper
    In,       // operand, candidates
    AttributeExists,
    AttributeNotExists,
    AttributeType,
    BeginsWith,
    Contains,
    // operands
    Reference,  // to what is at `path`
    Value,      // a slot
    Size,
    // operands of SET only
    Plus,
    Minus,
    IfNotExists,
    ListAppend,
  };
  Kind kind = Kind::Value;
  Slot slot = 0;  // Value
  Path path;      // Reference
  std::vector<Node> args;

  static Node of(Kind kind, std::vector<Node> args) { return {kind, 0, {}, std::move(args)}; }
  static Node of_path(Path path) { return {Kind::Reference, 0, std::move(path), {}}; }
  static Node of_attribute(std::string_view name) { return of_path({PathStep::of(name)}); }
  static Node of_value(Slot slot) { return {Kind::Value, slot, {}, {}}; }
  bool is_path() const { return kind == Kind::Reference; }
  bool is_value() const { return kind == Kind::Value; }
};
// As the service spells it: "=", "BETWEEN", "attribute_exists", "+", …
std::string_view spelling(Node::Kind kind);

struct UpdateAction {
  enum class Verb : std::uint8_t { Set, Remove, Add, Delete };
  Verb verb = Verb::Set;
  Path path;
  Node operand;  // Set: anything; Add, Delete: a Value; Remove: unused
};
std::string_view name_of(UpdateAction::Verb verb);  // "SET"

// One parsed expression. Of `condition`, `paths` and `actions` its role uses one.
struct Ast {
  Role role = Role::Condition;
  Node condition;                     // Condition, Filter, KeyCondition
  std::vector<Path> paths;            // Projection
  std::vector<UpdateAction> actions;  // Update, in the order of the text
  std::vector<std::string> names;     // of the slots, in order of appearance: "#n"
  std::vector<std::string> values;    // of the slots: ":v"
};

// "[a, b, [0]]", as in messages.
std::string path_text(const Path& path, const Bindings& bindings);

}  // namespace orrery::expression
