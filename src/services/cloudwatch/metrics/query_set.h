// The queries of GetMetricData and of alarms: metrics, and expressions that refer to each other.
#pragma once

#include "services/cloudwatch/data/stat.h"
#include "services/cloudwatch/math/value.h"
#include "services/cloudwatch/operations.h"

#include <map>
#include <set>

namespace orrery::cloudwatch {

struct QueryPlace {
  std::string account, region;
  Instant start, end, now;
};

class QuerySet {
 public:
  // `queries` outlives it. Error: ValidationError: ids, statistics, periods and expressions are all right afterwards.
  static Result<QuerySet> make(const std::vector<MetricDataQuery>& queries);

  // Of a query by its place. Error: ValidationError that names the expression.
  Result<math::Value> value(Reader& reader, const QueryPlace& place, std::size_t index);
  // That of the query, or the longest of what its expression refers to.
  std::int64_t period_s(std::size_t index) const;

 private:
  explicit QuerySet(const std::vector<MetricDataQuery>& queries) : queries_(&queries) {}
  Result<> check(std::size_t index);
  Result<> check_cycles(std::size_t index, std::set<std::size_t>& under_way, std::set<std::size_t>& good) const;
  Result<math::Series> metric(Reader& reader, const QueryPlace& place, const MetricDataQuery& query) const;
  Result<math::Value> expression(Reader& reader, const QueryPlace& place, std::size_t index);
  math::Scope scope_of(Reader& reader, const QueryPlace& place, std::size_t index);
  const MetricDataQuery& at(std::size_t index) const { return (*queries_)[index]; }

  const std::vector<MetricDataQuery>* queries_;
  std::map<std::string, std::size_t, std::less<>> by_id_;
  std::map<std::size_t, math::Node> trees_;
  std::map<std::size_t, math::Value> values_;
};

}  // namespace orrery::cloudwatch
