// Serves function URLs: "http://ID.lambda-url.REGION.localhost:4566/path", and where such names do not resolve
// "http://127.0.0.1:4566/_lambda-url/ID/path".
#pragma once

#include "base/clock.h"
#include "gateway/pipeline.h"
#include "http/message.h"
#include "services/lambda/lambda.h"
#include "services/lambda/urls/serve.h"

namespace orrery::server {

// All of it is borrowed.
struct FunctionUrls {
  gateway::Pipeline& pipeline;
  lambda::Lambda& lambda;
  Store& store;
  Clock& clock;
  Random& random;

  static bool owns(const http::Request& request);
  http::awaitable<http::Response> answer(http::Request& request) const;

 private:
  Result<> admit(http::Request& request, const lambda::FunctionUrl& url, lambda::UrlRequest& asked) const;
};

}  // namespace orrery::server
