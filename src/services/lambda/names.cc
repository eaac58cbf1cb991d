#include "services/lambda/names.h"

#include "base/arn.h"
#include "shapes/lambda.h"
#include "store/key.h"

#include <charconv>

namespace orrery::lambda {
namespace {

constexpr std::string_view kResourcePrefix = "function:";

// "name" or "name:qualifier".
void take_name(FunctionName& out, std::string_view text) {
  const auto colon = text.find(':');
  out.name = text.substr(0, colon);
  if (colon != std::string_view::npos) out.qualifier = text.substr(colon + 1);
}

KeyWriter key_of(KeyKind kind, const FunctionName& name) {
  KeyWriter key(kind);
  key.text(name.account).text(name.region).text(name.name);
  return key;
}

}  // namespace

std::string FunctionName::arn() const { return make_arn("lambda", region, account, "function:" + name); }

std::string FunctionName::qualified_arn() const { return qualifier.empty() ? arn() : arn() + ":" + qualifier; }

std::optional<std::uint64_t> FunctionName::version() const {
  std::uint64_t number = 0;
  const char* const end = qualifier.data() + qualifier.size();
  const auto [stopped, failed] = std::from_chars(qualifier.data(), end, number);
  if (failed != std::errc() || stopped != end) return std::nullopt;
  return number;
}

FunctionName FunctionName::with(std::string_view other_qualifier) const {
  FunctionName other = *this;
  other.qualifier = other_qualifier;
  return other;
}

std::optional<FunctionName> parse_function_arn(std::string_view text) {
  const auto arn = Arn::parse(text);
  if (!arn || arn->service != "lambda" || !arn->resource.starts_with(kResourcePrefix)) return std::nullopt;
  FunctionName out{arn->account, arn->region, {}, {}};
  take_name(out, std::string_view(arn->resource).substr(kResourcePrefix.size()));
  return out;
}

FunctionName parse_function_name(const Call& call, std::string_view text, const std::optional<std::string>& qualifier) {
  FunctionName out{call.account, call.region, {}, {}};
  if (auto from_arn = parse_function_arn(text)) {
    out = *std::move(from_arn);
  } else if (const auto at = text.find(":function:"); at == 12) {
    out.account = text.substr(0, at);
    take_name(out, text.substr(at + 10));
  } else {
    take_name(out, text.starts_with(kResourcePrefix) ? text.substr(kResourcePrefix.size()) : text);
  }
  if (qualifier) out.qualifier = *qualifier;
  return out;
}

Result<FunctionName> named_function(const Call& call, std::string_view text,
                                    const std::optional<std::string>& qualifier) {
  FunctionName out = parse_function_name(call, text);
  if (qualifier && !out.qualifier.empty() && out.qualifier != *qualifier) {
    return fail(errors::InvalidParameterValueException(
        "The derived qualifier from the function name does not match the specified qualifier."));
  }
  if (out.region != call.region) {
    return fail(errors::ResourceNotFoundException("Functions from '" + out.region +
                                                  "' are not reachable in this region ('" + call.region + "')"));
  }
  if (qualifier) out.qualifier = *qualifier;
  return out;
}

Result<FunctionName> unqualified_function(const Call& call, std::string_view text) {
  FunctionName out = TRY(named_function(call, text));
  if (!out.latest()) return fail(only_for_functions());
  out.qualifier.clear();
  return out;
}

Error only_for_functions() {
  return errors::InvalidParameterValueException(
      "This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. "
      "Please specify either a function name or an unqualified function ARN.");
}

std::string prefix_of(KeyKind kind, const FunctionName& name) { return key_of(kind, name).take(); }

std::string functions_prefix(std::string_view account, std::string_view region) {
  return KeyWriter(KeyKind::Function).text(account).text(region).take();
}
std::string all_functions_prefix() { return KeyWriter(KeyKind::Function).take(); }
std::string function_key(const FunctionName& name) { return key_of(KeyKind::Function, name).take(); }

std::string all_versions_prefix() { return KeyWriter(KeyKind::FunctionVersion).take(); }
std::string versions_prefix(const FunctionName& name) { return key_of(KeyKind::FunctionVersion, name).take(); }
std::string version_key(const FunctionName& name, std::uint64_t version) {
  return key_of(KeyKind::FunctionVersion, name).u64(version).take();
}

std::string aliases_prefix(const FunctionName& name) { return key_of(KeyKind::FunctionAlias, name).take(); }
std::string alias_key(const FunctionName& name) {
  return key_of(KeyKind::FunctionAlias, name).text(name.qualifier).take();
}

std::string policies_prefix(const FunctionName& name) { return key_of(KeyKind::FunctionPolicy, name).take(); }
std::string policy_key(const FunctionName& name) {
  KeyWriter key = key_of(KeyKind::FunctionPolicy, name);
  if (!name.latest()) key.text(name.qualifier);
  return key.take();
}

}  // namespace orrery::lambda
