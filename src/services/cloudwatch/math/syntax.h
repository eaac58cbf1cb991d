// Metric math as text and as a tree (docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html).
// Pure.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::cloudwatch::math {

enum class Kind : std::uint8_t { Number, Text, Name, Call, Negate, Binary, List };
enum class Op : std::uint8_t {
  None,
  Add,
  Subtract,
  Multiply,
  Divide,
  Power,
  Equal,
  Unequal,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  And,
  Or
};

struct Node {
  Kind kind = Kind::Number;
  Op op = Op::None;
  double number = 0;
  std::string text;  // of Text, Name and Call
  std::vector<Node> children;
};

// The error's message says what is wrong with the expression, without naming it. Functions that there are not are
// errors, as are wrong numbers of arguments.
Result<Node> parse(std::string_view text);
// The ids (names that begin with a small letter) that an expression refers to.
void collect_names(const Node& node, std::vector<std::string>& out);

}  // namespace orrery::cloudwatch::math
