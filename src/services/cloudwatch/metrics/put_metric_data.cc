// PutMetricData (docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html).
#include "services/cloudwatch/operations.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace orrery::cloudwatch {
namespace {

constexpr std::size_t kMostData = 1000;
constexpr std::size_t kMostValues = 150;
constexpr auto kOldest = std::chrono::hours(14 * 24);
constexpr auto kNewest = std::chrono::hours(2);
const double kMostValue = std::ldexp(1.0, 360);  // "Values must be in the range of -2^360 to 2^360"

bool in_range(double value) { return std::isfinite(value) && std::abs(value) <= kMostValue; }

std::string text_of(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return std::to_string(value);
}

bool plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; }) &&
         text.find_first_not_of(' ') != std::string_view::npos;
}

// Looks through one datum; what is wrong is gathered, as the service tells all of it at once.
class Checker {
 public:
  Checker(const Call& call, std::string path, std::vector<Error>& problems)
      : call_(call), path_(std::move(path)), problems_(problems) {}

  void datum(const MetricDatum& datum) {
    if (datum.Dimensions) dimensions(*datum.Dimensions);
    if (datum.Timestamp) timestamp(*datum.Timestamp);
    if (datum.StorageResolution && *datum.StorageResolution != 1 && *datum.StorageResolution != 60) {
      bad(path_ + ".StorageResolution", "must be either 1 or 60.");
    }
    const int given = (datum.Value ? 1 : 0) + (datum.Values ? 1 : 0) + (datum.StatisticValues ? 1 : 0);
    if (given == 0) {
      problems_.push_back(errors::MissingRequiredParameterException("At least one of the parameters " + path_ +
                                                                    ".Value, " + path_ + ".Values or " + path_ +
                                                                    ".StatisticValues must be specified."));
    }
    if (given > 1 || (datum.Counts && !datum.Values)) exclusive(datum);
    if (datum.Value) number(*datum.Value, path_ + ".Value");
    if (datum.Values) values(datum);
    if (datum.StatisticValues) set(*datum.StatisticValues);
  }

 private:
  void bad(const std::string& parameter, std::string_view why) {
    problems_.push_back(invalid_value("The parameter " + parameter + " " + std::string(why)));
  }

  void exclusive(const MetricDatum& datum) {
    const std::string first = datum.Value ? ".Value" : ".StatisticValues";
    const std::string second = datum.StatisticValues && datum.Value ? ".StatisticValues"
                               : datum.Values                       ? ".Values"
                                                                    : ".Counts";
    problems_.push_back(invalid_combination("The parameters " + path_ + first + " and " + path_ + second +
                                            " are mutually exclusive and you have specified both."));
  }

  void number(double value, const std::string& parameter) {
    if (in_range(value)) return;
    problems_.push_back(invalid_value("The value " + text_of(value) + " for parameter " + parameter + " is invalid."));
  }

  void dimensions(const std::vector<Dimension>& list) {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string path = path_ + ".Dimensions.member." + std::to_string(i + 1);
      if (!plain(list[i].Name) || list[i].Name.starts_with(':'))
        bad(path + ".Name", "must contain only ASCII characters.");
      if (!plain(list[i].Value)) bad(path + ".Value", "must contain only ASCII characters.");
      if (!names.insert(list[i].Name).second) bad(path + ".Name", "must be unique among the dimensions.");
    }
  }

  void timestamp(Instant time) {
    if (time < call_.now - kOldest) bad(path_ + ".Timestamp", "must specify a time within the past two weeks.");
    if (time > call_.now + kNewest) {
      bad(path_ + ".Timestamp", "must specify a time no more than two hours in the future.");
    }
  }

  void values(const MetricDatum& datum) {
    const auto& list = *datum.Values;
    if (list.empty()) bad(path_ + ".Values", "must not be empty.");
    if (list.size() > kMostValues) {
      problems_.push_back(invalid_value("The collection " + path_ + ".Values must not have a size greater than 150."));
    }
    if (datum.Counts && datum.Counts->size() != list.size()) {
      bad(path_ + ".Values", "and parameter " + path_ + ".Counts must have the same number of elements.");
    }
    for (std::size_t i = 0; i < list.size(); ++i) number(list[i], path_ + ".Values.member." + std::to_string(i + 1));
    for (std::size_t i = 0; datum.Counts && i < datum.Counts->size(); ++i) {
      const double times = (*datum.Counts)[i];
      const std::string parameter = path_ + ".Counts.member." + std::to_string(i + 1);
      number(times, parameter);
      if (times < 0) bad(parameter, "must be greater than or equal to zero.");
    }
  }

  void set(const StatisticSet& set) {
    const std::string path = path_ + ".StatisticValues";
    const std::size_t before = problems_.size();
    number(set.SampleCount, path + ".SampleCount");
    number(set.Sum, path + ".Sum");
    number(set.Minimum, path + ".Minimum");
    number(set.Maximum, path + ".Maximum");
    if (problems_.size() != before) return;
    if (set.SampleCount <= 0) bad(path + ".SampleCount", "must be greater than 0.");
    if (set.Maximum < set.Minimum) bad(path + ".Maximum", "must be greater than " + path + ".Minimum.");
  }

  const Call& call_;
  const std::string path_;
  std::vector<Error>& problems_;
};

Arrival arrival_of(const Call& call, const MetricDatum& datum) {
  Arrival arrival;
  arrival.time_s = epoch_ms(datum.Timestamp.value_or(call.now)) / 1000;
  arrival.unit = datum.Unit.value_or(std::string(kNoUnit));
  arrival.high_resolution = datum.StorageResolution.value_or(60) == 1;
  Statistics& statistics = arrival.statistics;
  if (datum.Value) statistics.add(*datum.Value, 1);
  for (std::size_t i = 0; datum.Values && i < datum.Values->size(); ++i) {
    const double times = datum.Counts ? (*datum.Counts)[i] : 1;
    if (times > 0) statistics.add((*datum.Values)[i], times);
  }
  if (const auto& set = datum.StatisticValues) {
    statistics.add_set(set->SampleCount, set->Sum, set->Minimum, set->Maximum);
  }
  return arrival;
}

Failure all_of(std::vector<Error> problems) {
  Error first = std::move(problems.front());
  for (std::size_t i = 1; i < problems.size(); ++i) {
    if (problems[i].code == first.code) first.message.append("\n").append(problems[i].message);
  }
  return fail(std::move(first));
}

}  // namespace

Result<wire::Empty> put_metric_data(Call& call, Transaction& tx, const PutMetricDataInput& input) {
  std::vector<std::pair<std::string, const MetricDatum*>> data;
  if (input.MetricData) {
    for (const MetricDatum& datum : *input.MetricData) {
      data.emplace_back("MetricData.member." + std::to_string(data.size() + 1), &datum);
    }
  }
  for (std::size_t i = 0; input.EntityMetricData && i < input.EntityMetricData->size(); ++i) {
    const auto& entity = (*input.EntityMetricData)[i];
    for (std::size_t j = 0; entity.MetricData && j < entity.MetricData->size(); ++j) {
      data.emplace_back(
          "EntityMetricData.member." + std::to_string(i + 1) + ".MetricData.member." + std::to_string(j + 1),
          &(*entity.MetricData)[j]);
    }
  }
  if (data.empty()) return fail(errors::MissingRequiredParameterException("The parameter MetricData is required."));
  if (data.size() > kMostData) {
    return fail(invalid_value("The collection MetricData must not have a size greater than 1000."));
  }
  if (input.Namespace.starts_with("AWS/")) {
    return fail(invalid_value("The value " + input.Namespace + " for parameter Namespace is invalid."));
  }
  std::vector<Error> problems;
  for (const auto& [path, datum] : data) Checker(call, path, problems).datum(*datum);
  if (!problems.empty()) return all_of(std::move(problems));

  Arrivals arrivals;
  for (const auto& [path, datum] : data) {
    Arrival arrival = arrival_of(call, *datum);
    if (arrival.statistics.count == 0) continue;
    arrivals[metric_name(call, input.Namespace, datum->MetricName, datum->Dimensions)].push_back(std::move(arrival));
  }
  TRY(store_arrivals(tx, arrivals, call.now));
  return wire::Empty{};
}

}  // namespace orrery::cloudwatch
