// The environment of a function's process.
#pragma once

#include "functions/invocation.h"

#include <cstdint>
#include <string>
#include <vector>

namespace orrery::functions {

// NAME=value, sorted: those that Lambda defines (docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html), then
// the user's, which win where Lambda allows them at all (the Lambda API refuses reserved names).
std::vector<std::string> environment_variables(const FunctionSpec& spec, const Credentials& credentials,
                                               const std::string& log_stream, const std::string& runtime_api,
                                               const std::string& endpoint_url);

// The user's variable that names a script which starts the runtime
// (docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html#runtime-wrapper).
inline constexpr const char* kExecWrapper = "AWS_LAMBDA_EXEC_WRAPPER";

// Whose bootstrap runs it; Custom: its own.
enum class Language : std::uint8_t { Python, Node, Custom };
Language language_of(const FunctionSpec& spec);

}  // namespace orrery::functions
