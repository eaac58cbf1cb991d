#include "services/cloudwatch/data/stat.h"
#include "services/cloudwatch/metrics/spans.h"
#include "services/cloudwatch/operations.h"

#include <algorithm>

namespace orrery::cloudwatch {
namespace {

constexpr std::int64_t kMostDatapoints = 1440;

bool asked(const GetMetricStatisticsInput& input, std::string_view statistic) {
  return input.Statistics && std::ranges::find(*input.Statistics, statistic) != input.Statistics->end();
}

Result<> check(const GetMetricStatisticsInput& input) {
  if (!input.Statistics && !input.ExtendedStatistics) {
    return fail(errors::MissingRequiredParameterException(
        "At least one of the parameters Statistics and ExtendedStatistics must be specified."));
  }
  if (input.Statistics && input.ExtendedStatistics) {
    return fail(
        invalid_combination("The parameters Statistics and ExtendedStatistics are mutually exclusive and you "
                            "have specified both."));
  }
  if (input.StartTime >= input.EndTime) {
    return fail(invalid_combination("The parameter StartTime must be less than the parameter EndTime."));
  }
  if (!good_period(input.Period)) {
    return fail(invalid_value("The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60."));
  }
  for (std::size_t i = 0; input.ExtendedStatistics && i < input.ExtendedStatistics->size(); ++i) {
    const std::string& name = (*input.ExtendedStatistics)[i];
    const auto stat = parse_stat(name);
    if (!stat || !stat->extended()) {
      return fail(invalid_value("The value " + name + " for parameter ExtendedStatistics.member." +
                                std::to_string(i + 1) + " is invalid."));
    }
  }
  return {};
}

Result<> check_count(const Span& span) {
  const std::int64_t points = (span.end_s - span.start_s) / span.period_s;
  if (points <= kMostDatapoints) return {};
  return fail(invalid_combination("You have requested up to " + std::to_string(points) +
                                  " datapoints, which exceeds the limit of 1440. You may reduce the datapoints "
                                  "requested by increasing Period, or decreasing the time range."));
}

Datapoint datapoint_of(const Point& point, const GetMetricStatisticsInput& input) {
  Datapoint out;
  out.Timestamp = instant_from_ms(point.start_s * 1000);
  out.Unit = point.unit;
  const Statistics& s = point.statistics;
  if (asked(input, Statistic::SampleCount)) out.SampleCount = s.count;
  if (asked(input, Statistic::Average)) out.Average = s.sum / s.count;
  if (asked(input, Statistic::Sum)) out.Sum = s.sum;
  if (asked(input, Statistic::Minimum)) out.Minimum = s.minimum;
  if (asked(input, Statistic::Maximum)) out.Maximum = s.maximum;
  if (!input.ExtendedStatistics) return out;
  for (const std::string& name : *input.ExtendedStatistics) {
    const auto value = value_of(*parse_stat(name), s);
    if (!value) continue;
    if (!out.ExtendedStatistics) out.ExtendedStatistics.emplace();
    (*out.ExtendedStatistics)[name] = *value;
  }
  return out;
}

}  // namespace

Result<GetMetricStatisticsOutput> get_metric_statistics(Call& call, Reader& reader,
                                                        const GetMetricStatisticsInput& input) {
  TRY(check(input));
  const Span span = span_of(input.StartTime, input.EndTime, input.Period, call.now);
  TRY(check_count(span));
  GetMetricStatisticsOutput output;
  output.Label = input.MetricName;
  auto& points = output.Datapoints.emplace();
  const auto metric = TRY(find_metric(reader, metric_name(call, input.Namespace, input.MetricName, input.Dimensions)));
  if (!metric) return output;
  for (const Point& point : TRY(read_points(reader, *metric, span, input.Unit.value_or(""), call.now))) {
    Datapoint datapoint = datapoint_of(point, input);
    if (input.ExtendedStatistics && !datapoint.ExtendedStatistics) continue;
    points.push_back(std::move(datapoint));
  }
  return output;
}

}  // namespace orrery::cloudwatch
