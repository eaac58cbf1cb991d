// A request's life, as one readable list (DESIGN.md section 3).
#pragma once

#include "base/clock.h"
#include "gateway/authenticate.h"
#include "gateway/authorize.h"
#include "gateway/router.h"
#include "http/message.h"

#include <functional>
#include <span>
#include <string>

namespace orrery::gateway {

// All of it is borrowed and outlives the pipeline.
struct Parts {
  Clock& clock;
  Random& random;
  Store& store;
  Identity& identity;
  std::span<const Service> services;
};

class Pipeline {
 public:
  explicit Pipeline(Parts parts);
  http::awaitable<http::Response> handle(http::Request& request);

  // Authenticates a request to Orrery's own API (/_orrery/…): signed by the root credential, scope "orrery".
  Result<> authenticate_root(http::Request& request, std::string_view body);

  // Of whom the root credential is not taken: see Authenticator::distrusts_root.
  void distrust_root_of(std::function<bool(const http::Request&)> whom) {
    authenticator_.distrusts_root = std::move(whom);
  }
  PolicyAuthorizer& authorizer() { return authorizer_; }
  const Router& router() const { return router_; }

 private:
  http::awaitable<Result<http::Response>> serve(Exchange& exchange);
  http::awaitable<Result<>> take_whole_body(Exchange& exchange);
  Result<> parse(Exchange& exchange);
  void fill_call(Exchange& exchange);
  http::awaitable<Result<ErasedValue>> run(Exchange& exchange);
  http::awaitable<Result<ErasedValue>> receive(Exchange& exchange);
  // `shown`: the newest commit that the answer may tell of.
  Result<ErasedValue> transact(Exchange& exchange, Sequence& shown);
  http::awaitable<Result<>> durable(Sequence sequence);
  http::Response respond(Exchange& exchange, const ErasedValue& output);
  http::Response refuse(const Exchange& exchange, const Error& error);

  Parts parts_;
  Router router_;
  Authenticator authenticator_;
  PolicyAuthorizer authorizer_;
};

}  // namespace orrery::gateway
