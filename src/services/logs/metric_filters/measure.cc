#include "services/logs/metric_filters/measure.h"

#include "services/logs/operations.h"

#include <charconv>
#include <cmath>

namespace orrery::logs {
namespace {

constexpr std::size_t kMostDimensions = 3;  // "You can assign up to three dimensions to a metric filter"

std::optional<double> number_in(std::string_view text) {
  double number = 0;
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (status != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

Result<> check(const FilterPattern& pattern, const MetricTransformation& transformation) {
  const bool dimensions = transformation.dimensions && !transformation.dimensions->empty();
  if (transformation.metricNamespace.starts_with("AWS/")) {
    return invalid("Invalid metric transformation: the namespace prefix AWS/ is reserved.");
  }
  if (!dimensions) return {};
  if (transformation.defaultValue) {
    return invalid("Invalid metric transformation: dimensions and default value are mutually exclusive properties.");
  }
  if (!pattern.has_fields()) return invalid("The specified filter pattern does not support dimensions");
  if (transformation.dimensions->size() > kMostDimensions) {
    return invalid("Invalid metric transformation: there are more than " + std::to_string(kMostDimensions) +
                   " dimensions.");
  }
  return {};
}

}  // namespace

std::optional<std::string> Measure::Field::in(std::string_view message,
                                              const std::map<std::string, std::string>& found) const {
  const auto named = found.find(name);
  if (named != found.end()) return named->second;
  if (!finder) return std::nullopt;
  const auto others = finder->extract(message);
  if (!others) return std::nullopt;
  const auto selected = others->find(name);
  return selected == others->end() ? std::nullopt : std::optional(selected->second);
}

Result<Measure::Field> Measure::field_of(const std::string& text) {
  Field field;
  field.name = text;
  if (text.size() < 2 || text[0] != '$') return invalid("Invalid metric transformation: " + text + " names no field.");
  const bool composed = text.find_first_of(" =<>!&|(){}") != std::string::npos;
  if (composed) return invalid("Invalid metric transformation: " + text + " names no field.");
  if (text[1] != '.') return field;
  auto finder = FilterPattern::parse("{ " + text + " = * }");
  if (!finder) return invalid("Invalid metric transformation: " + text + " names no field.");
  field.finder = *std::move(finder);
  return field;
}

Result<Measure> Measure::parse(const std::string& pattern, const MetricTransformation& transformation) {
  Measure measure;
  measure.pattern_ = TRY(FilterPattern::parse(pattern));
  TRY(check(measure.pattern_, transformation));
  measure.constant_ = number_in(transformation.metricValue);
  if (!measure.constant_) {
    if (!measure.pattern_.has_fields()) {
      return invalid("Invalid metric transformation: the value must be a number where the pattern has no fields.");
    }
    measure.value_ = TRY(field_of(transformation.metricValue));
  }
  if (transformation.dimensions) {
    for (const auto& [name, text] : *transformation.dimensions) {
      measure.dimensions_.emplace_back(name, TRY(field_of(text)));
    }
  }
  return measure;
}

std::optional<Measured> Measure::of(std::string_view message) const {
  const auto found = pattern_.extract(message);
  if (!found) return std::nullopt;
  Measured measured;
  if (constant_) {
    measured.value = *constant_;
  } else {
    const auto text = value_.in(message, *found);
    const auto number = text ? number_in(*text) : std::nullopt;
    if (!number) return std::nullopt;
    measured.value = *number;
  }
  for (const auto& [name, field] : dimensions_) {
    if (auto text = field.in(message, *found); text && !text->empty()) {
      measured.dimensions.emplace_back(name, *std::move(text));
    }
  }
  return measured;
}

}  // namespace orrery::logs
