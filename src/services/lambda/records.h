// What is stored of a function, and the ways in which callers name one.
#pragma once

#include "functions/invocation.h"
#include "services/call.h"
#include "shapes/lambda.h"

#include <optional>
#include <string>
#include <string_view>

namespace orrery::lambda {

struct FunctionRecord {
  FunctionConfiguration configuration;  // of $LATEST
  std::string blob_id;                  // the deployment package
  std::string code_key;                 // lower-case hex of its SHA-256
};

// A function named by name, partial ARN ("123456789012:function:f") or ARN, each with an optional qualifier
// (docs.aws.amazon.com/lambda/latest/api/API_Invoke.html, FunctionName).
struct FunctionName {
  std::string account, region, name;
  std::string qualifier;    // empty: none given
  std::string arn() const;  // unqualified
};

FunctionName parse_function_name(const Call& call, std::string_view text,
                                 const std::optional<std::string>& qualifier = std::nullopt);
// Also from a resource ARN, outside a call. nullopt: not a function's.
std::optional<FunctionName> parse_function_arn(std::string_view arn);

std::string function_key(const FunctionName& name);
std::string functions_prefix(std::string_view account, std::string_view region);
std::string all_functions_prefix();
std::string policy_key(const FunctionName& name);

Result<std::optional<FunctionRecord>> get_function(Reader& reader, const FunctionName& name);
Result<> put_function(Transaction& tx, const FunctionName& name, const FunctionRecord& record);
Result<FunctionRecord> decode_function(std::string_view bytes);
// The record, or ResourceNotFoundException ("Function not found: ARN"). A qualifier other than $LATEST is not found
// either: there are no versions and aliases.
Result<FunctionRecord> existing_function(Reader& reader, const FunctionName& name);

// What the pool needs to run it.
functions::FunctionSpec spec_of(const FunctionName& name, const FunctionRecord& record, std::string code_dir);

}  // namespace orrery::lambda
