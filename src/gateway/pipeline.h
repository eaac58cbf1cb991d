// A request's life, as one readable list (DESIGN.md section 3).
#pragma once

#include "base/clock.h"
#include "gateway/authenticate.h"
#include "gateway/authorize.h"
#include "gateway/router.h"
#include "http/message.h"
#include "services/observer.h"
#include "services/wakes.h"

#include <functional>
#include <memory>
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
  std::span<Observer* const> observers{};  // told of each request
  IamMode iam_mode = IamMode::Enforce;
  const Wakes* wakes = nullptr;  // where operations that wait hear that their client has gone; null: they do not
};

// Who has signed a request that is for no service's operation.
struct Signer {
  std::shared_ptr<const Credential> credential;
  std::string access_key;
};

class Pipeline {
 public:
  explicit Pipeline(Parts parts);
  http::awaitable<http::Response> handle(http::Request& request);

  // Authenticates a request to Orrery's own API (/_orrery/…): signed by the root credential, scope "orrery".
  Result<> authenticate_root(http::Request& request, std::string_view body);

  // Authenticates a request to something that speaks HTTP of its own (a function URL), signed for `signed_for`.
  Result<Signer> authenticate(http::Request& request, std::string_view body, std::string_view signed_for);

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
  void tell_departure(const Exchange& exchange) const;
  http::awaitable<Result<ErasedValue>> receive(Exchange& exchange);
  // `shown`: the newest commit that the answer may tell of.
  Result<ErasedValue> transact(Exchange& exchange, Sequence& shown);
  http::awaitable<Result<>> durable(Sequence sequence);
  http::Response respond(Exchange& exchange, const ErasedValue& output);
  http::Response refuse(const Exchange& exchange, const Error& error);
  void tell(const Exchange& exchange, const Error* error, int status, std::int64_t duration_us);

  Parts parts_;
  Router router_;
  Authenticator authenticator_;
  PolicyAuthorizer authorizer_;
};

}  // namespace orrery::gateway
