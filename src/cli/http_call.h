// One blocking HTTP request of the command line to a running server.
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orrery::cli {

struct HttpReply {
  int status = 0;
  std::string body;
};

// `url` is "http://host:port" or "https://host:port" (any certificate is taken: the signature is what protects the
// request). Errors have the code "Usage" and a sentence for the user.
Result<HttpReply> http_call(std::string_view url, std::string_view method, std::string_view path,
                            const std::vector<std::pair<std::string, std::string>>& headers, std::string_view body);

// "http://127.0.0.1:4566" -> "127.0.0.1:4566"
std::string authority_of(std::string_view url);

}  // namespace orrery::cli
