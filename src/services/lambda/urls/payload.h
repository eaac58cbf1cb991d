// Payload format 2.0: an HTTP request as the function gets it, and the HTTP response that its answer means
// (docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads). Pure functions, CORS among them.
#pragma once

#include "services/lambda/urls/operations.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orrery::lambda {

using HeaderPairs = std::vector<std::pair<std::string, std::string>>;

struct UrlRequest {
  std::string method, path, query;  // raw; the path without what names the URL in path style
  HeaderPairs headers;              // names in lower case
  std::string body;
  std::string source_ip, protocol;  // "HTTP/1.1"
  bool secure = false;
  std::string port;
  std::string request_id, trace_id;
  Instant now;
  // Who signed it; empty: nobody.
  std::string access_key, account, user_arn, user_id;

  std::string_view header(std::string_view name) const;
};

struct UrlReply {
  int status = 200;
  HeaderPairs headers;
  std::string body;
};

std::string url_event(const FunctionUrl& url, const UrlRequest& request);
// Of the function's answer, JSON text. nullopt: it cannot be understood (502).
std::optional<UrlReply> url_reply(const std::string& answer);
// Of the document with which a streamed response begins: {"statusCode", "headers", "cookies"}. nullopt likewise.
std::optional<UrlReply> stream_head(std::string_view document);

// The answer to a preflight request; nullopt: it is none, or the URL has no CORS, and the function is asked.
std::optional<UrlReply> preflight(const FunctionUrl& url, const UrlRequest& request);
// What is added to the answer of any other request with an origin that is allowed.
HeaderPairs cors_headers(const FunctionUrl& url, const UrlRequest& request);

}  // namespace orrery::lambda
