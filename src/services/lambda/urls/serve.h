// Runs the function behind a URL for one HTTP request.
#pragma once

#include "services/lambda/urls/payload.h"

#include <functional>
#include <memory>

namespace orrery::lambda {

struct ServedUrl {
  UrlReply reply;
  std::unique_ptr<ReplyBody> stream;  // wins over reply.body
};

// `done` is called once, on any thread. Whoever asks has been allowed to.
void serve_url(Lambda& lambda, const FunctionUrl& url, UrlRequest request, std::function<void(ServedUrl)> done);

// {"Message": "Forbidden"} and the like.
UrlReply url_refusal(int status, std::string_view message);

}  // namespace orrery::lambda
