#include "services/cloudwatch/operations.h"
#include "services/paging.h"

#include <algorithm>

namespace orrery::cloudwatch {

Error invalid_value(std::string message) { return errors::InvalidParameterValueException(std::move(message)); }
Error invalid_combination(std::string message) {
  return errors::InvalidParameterCombinationException(std::move(message));
}
Error invalid(std::string message) { return api_error("ValidationError", std::move(message)); }

Result<std::string> page_start(const std::optional<std::string>& token) {
  if (!token || token->empty()) return std::string();
  auto position = page_position(*token);
  if (!position) return fail(errors::InvalidNextToken("The token " + *token + " is not valid."));
  return *std::move(position);
}

MetricName metric_name(const Call& call, std::string_view space, std::string_view name,
                       const std::optional<std::vector<Dimension>>& dimensions) {
  MetricName out;
  out.account = call.account;
  out.region = call.region;
  out.space = space;
  out.name = name;
  if (!dimensions) return out;
  out.dimensions.reserve(dimensions->size());
  for (const Dimension& dimension : *dimensions) out.dimensions.emplace_back(dimension.Name, dimension.Value);
  std::ranges::sort(out.dimensions);
  return out;
}

std::vector<Dimension> to_dimensions(const DimensionList& list) {
  std::vector<Dimension> out;
  out.reserve(list.size());
  for (const auto& [name, value] : list) {
    Dimension& dimension = out.emplace_back();
    dimension.Name = name;
    dimension.Value = value;
  }
  return out;
}

}  // namespace orrery::cloudwatch
