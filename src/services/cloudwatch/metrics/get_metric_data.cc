#include "services/cloudwatch/metrics/labels.h"
#include "services/cloudwatch/metrics/query_set.h"
#include "services/paging.h"

#include <algorithm>
#include <charconv>

namespace orrery::cloudwatch {
namespace {

constexpr std::size_t kMostQueries = 500;
constexpr std::int64_t kMostPoints = 100'800;

// A page of a long answer: the data points from `skip` on, at most `left`.
struct Page {
  std::int64_t skip = 0;
  std::int64_t left = kMostPoints;
  std::int64_t position = 0;  // how many have gone by or been given
  bool cut = false;
};

Result<Page> page_of(const GetMetricDataInput& input) {
  Page page;
  if (input.MaxDatapoints) {
    if (*input.MaxDatapoints < 1 || *input.MaxDatapoints > kMostPoints) {
      return fail(invalid("The parameter MaxDatapoints must be between 1 and 100800."));
    }
    page.left = *input.MaxDatapoints;
  }
  const std::string start = TRY(page_start(input.NextToken));
  const auto parsed = std::from_chars(start.data(), start.data() + start.size(), page.skip);
  if (!start.empty() && (parsed.ec != std::errc() || page.skip < 0)) {
    return fail(errors::InvalidNextToken("The token " + *input.NextToken + " is not valid."));
  }
  return page;
}

// nullopt: all of it was on an earlier page, or is on a later one.
std::optional<MetricDataResult> result_of(const math::Series& series, const std::string& id, std::string label,
                                          bool ascending, Page& page) {
  std::vector<std::pair<std::int64_t, double>> points(series.points.begin(), series.points.end());
  if (!ascending) std::ranges::reverse(points);
  const auto size = static_cast<std::int64_t>(points.size());
  const std::int64_t from = std::clamp<std::int64_t>(page.skip - page.position, 0, size);
  if (page.cut || (size == 0 && page.skip > 0)) return std::nullopt;
  if (from == size && size > 0) {
    page.position += size;
    return std::nullopt;
  }
  if (page.left == 0 && size > 0) {
    page.cut = true;
    return std::nullopt;
  }
  const std::int64_t to = std::min(size, from + page.left);
  MetricDataResult result;
  result.Id = id;
  result.Label = std::move(label);
  auto& times = result.Timestamps.emplace();
  auto& values = result.Values.emplace();
  for (std::int64_t i = from; i < to; ++i) {
    times.push_back(instant_from_ms(points[static_cast<std::size_t>(i)].first * 1000));
    values.push_back(points[static_cast<std::size_t>(i)].second);
  }
  page.left -= to - from;
  page.position += to;
  page.cut = to < size;
  result.StatusCode = page.cut ? StatusCode::PartialData : StatusCode::Complete;
  return result;
}

Result<> check(const GetMetricDataInput& input) {
  if (input.MetricDataQueries.empty()) return fail(invalid("The parameter MetricDataQueries is required."));
  if (input.MetricDataQueries.size() > kMostQueries) {
    return fail(invalid("The collection MetricDataQueries must not have a size greater than 500."));
  }
  if (input.StartTime >= input.EndTime) {
    return fail(invalid("The parameter EndTime must be greater than StartTime."));
  }
  return {};
}

// "The format is + or - followed by four digits."
Result<LabelPlace> label_place(const Call& call, const GetMetricDataInput& input) {
  LabelPlace place{call.now, 0};
  if (!input.LabelOptions || !input.LabelOptions->Timezone) return place;
  const std::string& zone = *input.LabelOptions->Timezone;
  const auto ahead_s = parse_offset(zone);
  if (!ahead_s) return fail(invalid("The value " + zone + " for parameter LabelOptions.Timezone is not valid."));
  place.zone_s = *ahead_s;
  return place;
}

}  // namespace

Result<GetMetricDataOutput> get_metric_data(Call& call, Reader& reader, const GetMetricDataInput& input) {
  TRY(check(input));
  Page page = TRY(page_of(input));
  const LabelPlace labels = TRY(label_place(call, input));
  QuerySet queries = TRY(QuerySet::make(input.MetricDataQueries));
  const QueryPlace place{call.account, call.region, input.StartTime, input.EndTime, call.now};
  const bool ascending = input.ScanBy == ScanBy::TimestampAscending;
  GetMetricDataOutput output;
  auto& results = output.MetricDataResults.emplace();
  output.Messages.emplace();
  for (std::size_t i = 0; i < input.MetricDataQueries.size(); ++i) {
    const MetricDataQuery& query = input.MetricDataQueries[i];
    if (!query.ReturnData.value_or(true)) continue;
    const math::Value value = TRY(queries.value(reader, place, i));
    if (value.type == math::Value::Type::Scalar) {
      return fail(invalid("Error in expression '" + query.Id + "': it yields a number, not a time series"));
    }
    for (const math::Series& series : value.series) {
      std::string label = label_of(query.Label, value.type, series.label, series, labels);
      if (auto result = result_of(series, query.Id, std::move(label), ascending, page)) {
        results.push_back(*std::move(result));
      }
    }
  }
  if (page.cut) output.NextToken = page_token(std::to_string(page.position));
  return output;
}

}  // namespace orrery::cloudwatch
