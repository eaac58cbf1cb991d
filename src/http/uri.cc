#include "http/uri.h"

#include "base/encode.h"
#include "http/message.h"

namespace orrery::http {
namespace {

Error invalid_uri() { return api_error("InvalidURI", "Couldn't parse the specified URI."); }

std::string_view without_scheme(std::string_view target) {
  for (const std::string_view scheme : {std::string_view("http://"), std::string_view("https://")})
    if (equals_ignoring_case(target.substr(0, scheme.size()), scheme)) return target.substr(scheme.size());
  return {};
}

}  // namespace

std::optional<Target> split_target(std::string_view target) {
  Target parts;
  if (target.find('#') != std::string_view::npos) return std::nullopt;
  if (target == "*") return Target{target, {}, {}};
  if (!target.starts_with('/')) {
    const std::string_view rest = without_scheme(target);
    const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
    if (end == 0) return std::nullopt;
    parts.authority = rest.substr(0, end);
    target = rest.substr(end);
  }
  const std::size_t mark = target.find('?');
  parts.path = target.substr(0, mark);
  if (mark != std::string_view::npos) parts.query = target.substr(mark + 1);
  if (parts.path.empty()) parts.path = "/";
  return parts;
}

Result<std::vector<QueryParameter>> parse_query(std::string_view query) {
  std::vector<QueryParameter> parameters;
  while (!query.empty()) {
    const std::string_view piece = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(piece.size() + 1, query.size()));
    if (piece.empty()) continue;
    QueryParameter parameter;
    const std::size_t equals = piece.find('=');
    parameter.has_value = equals != std::string_view::npos;
    parameter.raw_name = piece.substr(0, equals);
    if (parameter.has_value) parameter.raw_value = piece.substr(equals + 1);
    auto name = percent_decode(parameter.raw_name, true);
    auto value = percent_decode(parameter.raw_value, true);
    if (!name || !value) return fail(invalid_uri());
    parameter.name = *std::move(name);
    parameter.value = *std::move(value);
    parameters.push_back(std::move(parameter));
  }
  return parameters;
}

const QueryParameter* find_parameter(const std::vector<QueryParameter>& parameters, std::string_view name) {
  for (const QueryParameter& parameter : parameters)
    if (parameter.name == name) return &parameter;
  return nullptr;
}

Result<std::vector<std::string>> split_path(std::string_view path) {
  std::vector<std::string> pieces;
  if (path.starts_with('/')) path.remove_prefix(1);
  if (path.empty()) return pieces;
  for (;;) {
    const std::size_t slash = path.find('/');
    auto piece = percent_decode(path.substr(0, slash));
    if (!piece) return fail(invalid_uri());
    pieces.push_back(*std::move(piece));
    if (slash == std::string_view::npos) return pieces;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace orrery::http
