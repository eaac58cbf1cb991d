// A request of the command line to Orrery's own API, signed by the root credential of the environment.
#pragma once

#include "base/json.h"
#include "cli/commands.h"

#include <string>
#include <string_view>

namespace orrery::cli {

// --url's default: ORRERY_URL, else AWS_ENDPOINT_URL, else http://127.0.0.1:4566.
std::string default_url(const Environment& environment);

// The reply's document; errors have a sentence for the user.
Result<json::value> admin_call(const Surroundings& given, const std::string& url, std::string_view method,
                               std::string_view path, std::string_view body);

}  // namespace orrery::cli
