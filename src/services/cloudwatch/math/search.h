// The terms of SEARCH: '{AWS/Lambda,FunctionName} MetricName="Errors" NOT test'
// (docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html). Pure.
#pragma once

#include "base/result.h"
#include "services/cloudwatch/data/store.h"

#include <string>
#include <string_view>
#include <vector>

namespace orrery::cloudwatch::math {

class Search {
 public:
  static Result<Search> parse(std::string_view text);
  bool matches(const MetricName& metric) const;

 private:
  enum class Kind : unsigned char { All, Term, And, Or, Not };
  struct Node {
    Kind kind = Kind::All;
    std::string key, text;  // Term; no key: anywhere
    bool exact = false;     // quoted
    std::vector<Node> children;
  };
  friend class SearchParser;
  static bool matches(const Node& node, const MetricName& metric);
  static bool holds(const Node& term, std::string_view value);

  bool schema_given_ = false;
  std::string space_;                // of the schema
  std::vector<std::string> schema_;  // the names of the dimensions, sorted
  Node root_;
};

}  // namespace orrery::cloudwatch::math
