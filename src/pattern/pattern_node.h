// The compiled form of an event pattern; private to pattern*.cc.
#pragma once

#include "base/cidr.h"
#include "base/json.h"
#include "base/result.h"

#include <string>
#include <vector>

namespace orrery::pattern {

enum class Fold : unsigned char { Exact, IgnoreCase };

// One entry of a field's array of values.
struct Test {
  enum class Kind : unsigned char {
    Equals,       // `literal`: string, number, true, false or null
    Text,         // equals-ignore-case, of `text`
    Prefix,       // `text`, as `fold` says
    Suffix,       // likewise
    Wildcard,     // `pieces`: what stands between the stars
    Numeric,      // between `low` and `high`
    Cidr,         // `block`
    Exists,       // any leaf
    Absent,       // no leaf at this path in the whole event
    AnythingBut,  // none of `others`
  };

  Kind kind = Kind::Equals;
  Fold fold = Fold::Exact;
  bool open_low = false;
  bool open_high = false;
  json::value literal;
  std::string text;  // in lower case for Fold::IgnoreCase
  std::vector<std::string> pieces;
  double low = 0;
  double high = 0;
  orrery::Cidr block;
  std::vector<Test> others;
};

struct Leaf {
  std::string name;
  std::vector<std::string> path;  // from the event's top, `name` included
  std::vector<Test> tests;        // one of them must hold
};

struct Child;

// An object of the pattern: all fields must match, and one alternative of each "$or".
struct Node {
  std::vector<Leaf> leaves;
  std::vector<Child> objects;
  std::vector<std::vector<Node>> alternatives;
};

struct Child {
  std::string name;
  Node node;
};

Result<Test> compile_test(const json::value& entry);
Failure invalid(const std::string& reason);
std::string lower(std::string_view text);

// Whether one value of the event (not an object, not an array) passes.
bool passes(const Test& test, const json::value& value);

}  // namespace orrery::pattern
