// The ways in which callers name a function, and the keys under which it is kept.
#pragma once

#include "services/call.h"
#include "store/kinds.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace orrery::lambda {

inline constexpr std::string_view kLatest = "$LATEST";

// A function named by name, partial ARN ("123456789012:function:f") or ARN, each with an optional qualifier
// (docs.aws.amazon.com/lambda/latest/api/API_Invoke.html, FunctionName).
struct FunctionName {
  std::string account, region, name;
  std::string qualifier;              // a version, an alias, "$LATEST"; empty: none given
  std::string arn() const;            // unqualified
  std::string qualified_arn() const;  // with the qualifier, where one was given
  bool latest() const { return qualifier.empty() || qualifier == kLatest; }
  // The number, when the qualifier is a version's. (An alias is never digits alone.)
  std::optional<std::uint64_t> version() const;
  FunctionName with(std::string_view other_qualifier) const;
};

// For authorization: of two qualifiers that differ `qualifier` counts.
FunctionName parse_function_name(const Call& call, std::string_view text,
                                 const std::optional<std::string>& qualifier = std::nullopt);
// For operations. Errors: InvalidParameterValueException when the name has another qualifier than `qualifier`,
// ResourceNotFoundException when it is an ARN of another region.
Result<FunctionName> named_function(const Call& call, std::string_view text,
                                    const std::optional<std::string>& qualifier = std::nullopt);
// For operations on the function whatever its version. Error, too: InvalidParameterValueException for any qualifier but
// $LATEST, which is dropped.
Result<FunctionName> unqualified_function(const Call& call, std::string_view text);
Error only_for_functions();
// Also from a resource ARN, outside a call. nullopt: not a function's.
std::optional<FunctionName> parse_function_arn(std::string_view arn);

// What all keys of one function begin with, in kinds that have account, region and function name first.
std::string prefix_of(KeyKind kind, const FunctionName& name);
std::string function_key(const FunctionName& name);
std::string functions_prefix(std::string_view account, std::string_view region);
std::string all_functions_prefix();
std::string all_versions_prefix();
std::string version_key(const FunctionName& name, std::uint64_t version);
std::string versions_prefix(const FunctionName& name);  // of all versions of one function
std::string alias_key(const FunctionName& name);        // the qualifier is the alias
std::string aliases_prefix(const FunctionName& name);
// The resource policy of the function, or of the version or alias that is the qualifier ("$LATEST" counts as none).
std::string policy_key(const FunctionName& name);
std::string policies_prefix(const FunctionName& name);  // of the function and of all its qualifiers

}  // namespace orrery::lambda
