// One request on its way through the pipeline: what each step has found out so far. Lives in the pipeline's coroutine.
#pragma once

#include "http/message.h"
#include "services/identity.h"
#include "services/operation.h"
#include "wire/protocol.h"
#include "wire/sigv4.h"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orrery::gateway {

using HeaderViews = std::vector<std::pair<std::string_view, std::string_view>>;

struct Exchange {
  explicit Exchange(http::Request& request);

  http::Request& http;
  HeaderViews headers;
  wire::Pairs query;  // decoded
  std::string request_id;

  // route
  const Service* service = nullptr;
  const wire::OperationModel* model = nullptr;  // nullptr until known (query protocol: in the body)
  const Operation* operation = nullptr;
  wire::Pairs labels;
  std::string routed_path;  // S3 virtual host: the path with the bucket in front; otherwise empty

  // authenticate
  wire::Authentication auth;
  std::shared_ptr<const Credential> credential;  // nullptr: anonymous
  wire::SignatureSeed seed;

  std::string body;  // whole, with wire::kBodyPadding readable bytes behind it
  ErasedValue input;
  ErasedValue output;          // once it has run well
  std::vector<Judged> judged;  // what authorization has said
  Call call;

  std::string_view header(std::string_view name) const { return http.headers.get(name); }
  wire::SignedRequest signed_request() const;
};

// How the service words what goes wrong before it is reached.
wire::ErrorStyle error_style(const wire::ServiceModel& model);

}  // namespace orrery::gateway
